// Where the elements of a convolution are found in an image with its padding around it.

typedef struct {
  size_t padded[3], volume;  // of one channel with its padding
  size_t taps, pixels;       // in_channels · kernel positions; output positions
  size_t bytes;
  ptrdiff_t *tap;    // offset of each tap in the padded image
  ptrdiff_t *pixel;  // offset of each output position's first tap
} convolution_plan;

// Pixels or taps whose offsets follow each other by an even step.
typedef struct {
  ptrdiff_t offset;
  size_t count;
} run;

static int convolution_plan_make(convolution_plan *plan, const convolution_shape *s) {
  for (int i = 0; i < 3; i++) {
    plan->padded[i] = (s->output[i] - 1) * s->stride[i] + (s->kernel[i] - 1) * s->dilation[i] + 1;
  }
  const size_t *padded = plan->padded;
  plan->volume = padded[0] * padded[1] * padded[2];
  plan->taps = s->in_channels * s->kernel[0] * s->kernel[1] * s->kernel[2];
  plan->pixels = s->output[0] * s->output[1] * s->output[2];
  plan->bytes = (plan->taps + plan->pixels) * sizeof(ptrdiff_t);
  plan->tap = memory_allocate(plan->bytes);
  if (!plan->tap) return 0;
  plan->pixel = plan->tap + plan->taps;
  ptrdiff_t *tap = plan->tap, *pixel = plan->pixel;
  for (size_t c = 0; c < s->in_channels; c++)
    for (size_t i = 0; i < s->kernel[0]; i++)
      for (size_t j = 0; j < s->kernel[1]; j++)
        for (size_t k = 0; k < s->kernel[2]; k++)
          *tap++ = (ptrdiff_t)(c * plan->volume + (i * s->dilation[0] * padded[1] + j * s->dilation[1]) * padded[2] +
                               k * s->dilation[2]);
  for (size_t i = 0; i < s->output[0]; i++)
    for (size_t j = 0; j < s->output[1]; j++)
      for (size_t k = 0; k < s->output[2]; k++)
        *pixel++ = (ptrdiff_t)((i * s->stride[0] * padded[1] + j * s->stride[1]) * padded[2] + k * s->stride[2]);
  return 1;
}

static void convolution_plan_release(convolution_plan *plan) { memory_release(plan->tap, plan->bytes); }

// Writes the runs of `count` offsets, of which neighbours within `line` elements lie `step` apart; returns how many.
static size_t find_runs(const ptrdiff_t *offsets, size_t count, ptrdiff_t step, run *runs) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && offsets[i] == offsets[i - 1] + step) {
      runs[found - 1].count++;
    } else {
      runs[found].offset = offsets[i];
      runs[found++].count = 1;
    }
  }
  return found;
}

// Calls body(context, i) for rows of a padded image: the part of a row that lies within the image.
typedef struct {
  size_t first, count;  // places in the padded row
  ptrdiff_t image;      // what the first one is in the image's row
} row_overlap;

static row_overlap overlap(size_t padded, size_t input, size_t padding) {
  row_overlap result = {smaller(padding, padded), 0, 0};
  const size_t end = smaller(padded, padding + input);
  result.count = end > result.first ? end - result.first : 0;
  return result;
}
