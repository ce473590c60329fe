// The kernels, for NVRTC: plain CUDA C++ without any header, so that a C++ compiler can run them on a processor too
// (benches/cuda_on_cpu). Matrices are rows of values, one after the other; scores are scores[query][row].

// Notes the rows whose score reaches `least` of their query: up to `room` for each query, and how many there were.
// A grid of (any, queries) blocks.
extern "C" __global__ void collect(const float* scores, unsigned rows, unsigned first_row, unsigned first_query,
                                   unsigned is_self_search, const float* least, unsigned room, unsigned* counts,
                                   float* found_scores, unsigned* found_rows)
{
    const unsigned query = blockIdx.y;
    const float bound = least[query];
    const float* own = scores + (size_t)query * rows;
    const size_t start = (size_t)query * room;
    for (unsigned row = blockIdx.x * blockDim.x + threadIdx.x; row < rows; row += gridDim.x * blockDim.x) {
        const float score = own[row];
        if (score < bound || (is_self_search && first_row + row == first_query + query)) {
            continue;
        }
        const unsigned place = atomicAdd(counts + query, 1u);
        if (place < room) {
            found_scores[start + place] = score;
            found_rows[start + place] = first_row + row;
        }
    }
}

// Drops the noted rows that cannot be among the `wanted` nearest, as their score is more than two errors below that of
// the last of these, and raises `least` to there. A query that had more rows than room is marked as lost. One block for
// each query, of 256 threads; shared memory for `room` (a power of two) scores and rows.
extern "C" __global__ void prune(unsigned room, unsigned wanted, const float* errors, unsigned* counts, float* least,
                                 float* found_scores, unsigned* found_rows, unsigned* lost)
{
    extern __shared__ float shared[];
    float* scores = shared;
    unsigned* rows = (unsigned*)(shared + room);
    const unsigned query = blockIdx.x;
    const unsigned count = counts[query];
    if (count > room) {
        if (threadIdx.x == 0) {
            lost[query] = 1u;
            counts[query] = room;
        }
        return;
    }
    if (count <= wanted) {
        return;
    }
    const size_t start = (size_t)query * room;
    for (unsigned place = threadIdx.x; place < room; place += blockDim.x) {
        scores[place] = place < count ? found_scores[start + place] : -__int_as_float(0x7f800000);
        rows[place] = place < count ? found_rows[start + place] : 0xffffffffu;
    }
    // Bitonic sort, greatest score first (Batcher 1968).
    for (unsigned size = 2; size <= room; size *= 2) {
        for (unsigned stride = size / 2; stride > 0; stride /= 2) {
            __syncthreads();
            for (unsigned pair = threadIdx.x; pair < room / 2; pair += blockDim.x) {
                const unsigned low = 2 * stride * (pair / stride) + pair % stride;
                const unsigned high = low + stride;
                const bool is_falling = (low & size) == 0;
                const float one = scores[low], other = scores[high];
                if (is_falling ? one < other : one > other) {
                    scores[low] = other;
                    scores[high] = one;
                    const unsigned row = rows[low];
                    rows[low] = rows[high];
                    rows[high] = row;
                }
            }
        }
    }
    __syncthreads();
    const float bound = scores[wanted - 1] - 2.0f * errors[query];
    for (unsigned place = threadIdx.x; place < count; place += blockDim.x) {
        if (scores[place] >= bound) {
            found_scores[start + place] = scores[place];
            found_rows[start + place] = rows[place];
            if (place + 1 == count || scores[place + 1] < bound) {
                counts[query] = place + 1;
            }
        }
    }
    if (threadIdx.x == 0 && bound > least[query]) {
        least[query] = bound;
    }
}

// Notes the pairs (query before row) whose score reaches `least`: up to `room`, and how many there were.
// A grid of (any, queries) blocks.
extern "C" __global__ void pairs(const float* scores, unsigned rows, unsigned first_row, unsigned first_query,
                                 float least, unsigned room, unsigned* count, unsigned* found)
{
    const unsigned query = blockIdx.y;
    const float* own = scores + (size_t)query * rows;
    for (unsigned row = blockIdx.x * blockDim.x + threadIdx.x; row < rows; row += gridDim.x * blockDim.x) {
        if (own[row] < least || first_row + row <= first_query + query) {
            continue;
        }
        const unsigned place = atomicAdd(count, 1u);
        if (place < room) {
            found[2 * (size_t)place] = first_query + query;
            found[2 * (size_t)place + 1] = first_row + row;
        }
    }
}

// Divides each row by its length, in the very order of additions that the processor has: eight sums side by side, then
// one after the other, then what is left. The least row that is all zeros goes to `zero`, counted from
// `first_row`. Eight threads to a row, blocks
// of 256 threads.
extern "C" __global__ void normalize(float* values, unsigned rows, unsigned columns, unsigned first_row,
                                     unsigned* zero)
{
    __shared__ double sums[256];
    __shared__ double lengths[32];
    const unsigned lane = threadIdx.x % 8;
    const unsigned row = blockIdx.x * 32 + threadIdx.x / 8;
    float* own = values + (size_t)row * columns;
    const unsigned whole = columns / 8 * 8;
    double sum = 0.0;
    if (row < rows) {
        for (unsigned column = lane; column < whole; column += 8) {
            // The product of two single precision values is exact in double precision, fused or not.
            sum += (double)own[column] * (double)own[column];
        }
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (lane == 0 && row < rows) {
        double rest = 0.0;
        for (unsigned column = whole; column < columns; column += 1) {
            rest += (double)own[column] * (double)own[column];
        }
        double total = 0.0;
        for (unsigned other = 0; other < 8; other += 1) {
            total += sums[threadIdx.x + other];
        }
        const double length = sqrt(total + rest);
        lengths[threadIdx.x / 8] = length;
        if (length == 0.0) {
            atomicMin(zero, first_row + row);
        }
    }
    __syncthreads();
    if (row < rows && lengths[threadIdx.x / 8] != 0.0) {
        for (unsigned column = lane; column < columns; column += 8) {
            own[column] = (float)((double)own[column] / lengths[threadIdx.x / 8]);
        }
    }
}

// Follows one oscillator a thread, by the classical method of Runge and Kutta; where each is in the end.
extern "C" __global__ void trajectories(const float* squared_frequencies, unsigned count, unsigned steps, float step,
                                        float* ends)
{
    const unsigned index = blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= count) {
        return;
    }
    const float squared = squared_frequencies[index];
    const float half = step * 0.5f;
    const float sixth = step / 6.0f;
    float displacement = 1.0f, speed = 0.0f;
    for (unsigned done = 0; done < steps; done += 1) {
        const float rise_1 = speed, pull_1 = -squared * displacement;
        const float rise_2 = speed + half * pull_1, pull_2 = -squared * (displacement + half * rise_1);
        const float rise_3 = speed + half * pull_2, pull_3 = -squared * (displacement + half * rise_2);
        const float rise_4 = speed + step * pull_3, pull_4 = -squared * (displacement + step * rise_3);
        displacement += sixth * (rise_1 + 2.0f * (rise_2 + rise_3) + rise_4);
        speed += sixth * (pull_1 + 2.0f * (pull_2 + pull_3) + pull_4);
    }
    ends[index] = displacement;
}

// The nearest values of 16 bits (bfloat16, ties to even); infinities and NaN do not occur.
extern "C" __global__ void to_bfloat16(const float* values, size_t count, unsigned short* halves)
{
    const size_t all = (size_t)gridDim.x * blockDim.x;
    for (size_t index = (size_t)blockIdx.x * blockDim.x + threadIdx.x; index < count; index += all) {
        const unsigned bits = __float_as_uint(values[index]);
        halves[index] = (unsigned short)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    }
}

// The first `keep` noted rows of each query, close together. One block for each query.
extern "C" __global__ void gather(const unsigned* found_rows, unsigned room, unsigned keep, unsigned* kept)
{
    for (unsigned place = threadIdx.x; place < keep; place += blockDim.x) {
        kept[(size_t)blockIdx.x * keep + place] = found_rows[(size_t)blockIdx.x * room + place];
    }
}

// The point `turns` times around the circle, by the very operations of domain/kernels/circle_points.rs. The intrinsics
// keep a sum from being fused with a product, which would round differently.
static __device__ void point(double turns, double* sine_of, double* cosine_of)
{
    const double rounder = 6755399441055744.0;
    const double whole = __dadd_rn(__dadd_rn(turns, rounder), -rounder);
    const double angle = __dmul_rn(__dadd_rn(turns, -whole), 6.283185307179586 / 4.0);
    const double square = __dmul_rn(angle, angle);
    double sine = __dadd_rn(1.0 / 362880.0, __dmul_rn(square, -1.0 / 39916800.0));
    sine = __dadd_rn(-1.0 / 5040.0, __dmul_rn(square, sine));
    sine = __dadd_rn(1.0 / 120.0, __dmul_rn(square, sine));
    sine = __dadd_rn(-1.0 / 6.0, __dmul_rn(square, sine));
    sine = __dmul_rn(angle, __dadd_rn(1.0, __dmul_rn(square, sine)));
    double cosine = __dadd_rn(-1.0 / 3628800.0, __dmul_rn(square, 1.0 / 479001600.0));
    cosine = __dadd_rn(1.0 / 40320.0, __dmul_rn(square, cosine));
    cosine = __dadd_rn(-1.0 / 720.0, __dmul_rn(square, cosine));
    cosine = __dadd_rn(1.0 / 24.0, __dmul_rn(square, cosine));
    cosine = __dadd_rn(-0.5, __dmul_rn(square, cosine));
    cosine = __dadd_rn(1.0, __dmul_rn(square, cosine));
    const double half_sine = __dmul_rn(__dmul_rn(2.0, sine), cosine);
    const double half_cosine = __dadd_rn(1.0, -__dmul_rn(__dmul_rn(2.0, sine), sine));
    *sine_of = __dmul_rn(__dmul_rn(2.0, half_sine), half_cosine);
    *cosine_of = __dadd_rn(1.0, -__dmul_rn(__dmul_rn(2.0, half_sine), half_sine));
}

// Sums of the points of events on circles, sine and cosine, in the order of additions that the processor has: eight sums
// side by side, then one after the other. A tile is up to 32 evenly spaced frequencies of one series: its first event, how
// many, how many frequencies; the first of these and the step. Eight threads to a tile, blocks of 64 threads.
extern "C" __global__ void resultants(const double* times, const double* weights, const unsigned* tiles,
                                      const double* frequencies, unsigned count, double* sums)
{
    __shared__ double sines[32 * 64];
    __shared__ double cosines[32 * 64];
    const unsigned own = threadIdx.x;
    const unsigned lane = own % 8;
    const unsigned tile = blockIdx.x * 8 + own / 8;
    const unsigned all = tile < count ? tiles[3 * tile + 2] : 0;
    for (unsigned index = 0; index < all; index += 1) {
        sines[index * 64 + own] = 0.0;
        cosines[index * 64 + own] = 0.0;
    }
    if (all > 0) {
        const size_t first = tiles[3 * tile];
        const size_t end = first + tiles[3 * tile + 1];
        for (size_t event = first + lane; event < end; event += 8) {
            double sine, cosine, step_sine, step_cosine;
            point(__dmul_rn(times[event], frequencies[2 * tile]), &sine, &cosine);
            point(__dmul_rn(times[event], frequencies[2 * tile + 1]), &step_sine, &step_cosine);
            sine = __dmul_rn(sine, weights[event]);
            cosine = __dmul_rn(cosine, weights[event]);
            for (unsigned index = 0; index < all; index += 1) {
                sines[index * 64 + own] += sine;
                cosines[index * 64 + own] += cosine;
                const double turned = __dadd_rn(__dmul_rn(sine, step_cosine), __dmul_rn(cosine, step_sine));
                cosine = __dadd_rn(__dmul_rn(cosine, step_cosine), -__dmul_rn(sine, step_sine));
                sine = turned;
            }
        }
    }
    __syncthreads();
    for (unsigned index = lane; index < all; index += 8) {
        double sine = 0.0, cosine = 0.0;
        for (unsigned other = own - lane; other < own - lane + 8; other += 1) {
            sine += sines[index * 64 + other];
            cosine += cosines[index * 64 + other];
        }
        sums[2 * ((size_t)tile * 32 + index)] = sine;
        sums[2 * ((size_t)tile * 32 + index) + 1] = cosine;
    }
}

// What each shift of a movable costs: prefix sums of the costs of each stretch's slots, one thread after the other as the
// processor adds them, then differences. Of a movable: its first stretch and window, the ends of both, its shifts, the
// place of its costs. Of a stretch: its row, first slot, length, the place of its sums. Of a window: the place of its
// first sum, its length. One block for each movable.
extern "C" __global__ void shift_costs(const double* costs, unsigned horizon, const unsigned* movables,
                                       const unsigned* stretches, const unsigned* windows, double* sums,
                                       double* found)
{
    const unsigned* own = movables + 6 * (size_t)blockIdx.x;
    for (unsigned stretch = own[0]; stretch < own[2]; stretch += 1) {
        const unsigned* told = stretches + 4 * (size_t)stretch;
        const double* row = costs + (size_t)told[0] * horizon;
        for (unsigned slot = threadIdx.x; slot < told[2]; slot += blockDim.x) {
            sums[(size_t)told[3] + slot] = row[((size_t)told[1] + slot) % horizon];
        }
    }
    __syncthreads();
    for (unsigned stretch = own[0] + threadIdx.x; stretch < own[2]; stretch += blockDim.x) {
        const unsigned* told = stretches + 4 * (size_t)stretch;
        double* entries = sums + told[3];
        double sum = 0.0;
        for (unsigned slot = 0; slot < told[2]; slot += 1) {
            const double here = entries[slot];
            entries[slot] = sum;
            sum += here;
        }
        entries[told[2]] = sum;
    }
    __syncthreads();
    for (unsigned shift = threadIdx.x; shift < own[4]; shift += blockDim.x) {
        double cost = 0.0;
        for (unsigned window = own[1]; window < own[3]; window += 1) {
            const double* entries = sums + windows[2 * (size_t)window] + shift;
            cost += entries[windows[2 * (size_t)window + 1]] - entries[0];
        }
        found[(size_t)own[5] + shift] = cost;
    }
}
