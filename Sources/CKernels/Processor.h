// Which of the instruction sets that loops are compiled for this processor has.
#ifndef PROCESSOR_H
#define PROCESSOR_H

// Best first. On arm64 "neon" is another name of the baseline.
enum { INSTRUCTION_SET_AVX512, INSTRUCTION_SET_AVX2, INSTRUCTION_SET_BASELINE, INSTRUCTION_SETS };

// The one in use: what the environment variable PULLBACK_INSTRUCTION_SET names ("avx512", "avx2", "baseline") if the processor
// has it, else the best that it has.
int processor_instruction_set(void);

#endif
