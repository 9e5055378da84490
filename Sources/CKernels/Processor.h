// Which of the instruction sets that loops are compiled for this processor has.
#ifndef PROCESSOR_H
#define PROCESSOR_H

// Best first. On arm64 "neon" is another name of the baseline.
enum { INSTRUCTION_SET_AVX512, INSTRUCTION_SET_AVX2, INSTRUCTION_SET_BASELINE, INSTRUCTION_SETS };

// The instruction set of that name, or INSTRUCTION_SETS if the processor lacks it or nobody knows it. NULL asks for
// the best one: what the environment variable PULLBACK_INSTRUCTION_SET names if that can run, else the best that can.
int processor_instruction_set(const char *name);

#endif
