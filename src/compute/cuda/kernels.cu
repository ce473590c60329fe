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
