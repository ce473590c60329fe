// A CUDA driver, cuBLAS and NVRTC that run on the processor, for checking src/compute/cuda where there is no GPU: the kernels'
// source compiled as C++, memory that is the host's own. Work on a stream is put off as long as its order allows (until
// somebody waits for it), so that a missing wait shows as a wrong answer. Built and used by check.sh.
//
// FAKE_CUDA_DEVICES      GPUs that there are (1)
// FAKE_CUDA_FREE         bytes that each says are free (1 GiB)
// FAKE_CUDA_HOLDS        bytes that each really has (as many): less lets allocations fail
// FAKE_CUDA_FAILS_AFTER  kernel launches before one fails (never)

#include <setjmp.h>
#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace cuda {
struct Index { unsigned x = 0, y = 0, z = 0; };
static Index threadIdx, blockIdx, blockDim, gridDim;
static float shared[1 << 16];

// Threads of a block take turns at __syncthreads.
static jmp_buf scheduler, threads[1024];
static void __syncthreads()
{
    const unsigned own = threadIdx.x;
    if (!_setjmp(threads[own])) _longjmp(scheduler, 1);
}
static unsigned atomicAdd(unsigned* place, unsigned value) { unsigned old = *place; *place += value; return old; }
static unsigned atomicMin(unsigned* place, unsigned value) { unsigned old = *place; if (value < old) *place = value; return old; }
static float __int_as_float(int bits) { float value; memcpy(&value, &bits, 4); return value; }
static unsigned __float_as_uint(float value) { unsigned bits; memcpy(&bits, &value, 4); return bits; }
static double __dadd_rn(double one, double other) { return one + other; }
static double __dmul_rn(double one, double other) { return one * other; }
#define __global__
#define __device__
#include "kernels.inc"
} // namespace cuda

using Result = int;
enum { OK = 0, INVALID = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, NOT_FOUND = 500, LAUNCH_FAILED = 719 };
using Work = std::function<void()>;

static std::recursive_mutex lock;
#define LOCKED std::lock_guard<std::recursive_mutex> guard(lock)

static long setting(const char* name, long otherwise)
{
    const char* text = getenv(name);
    return text ? atol(text) : otherwise;
}

// A place in a stream's order of work.
struct Stream;
struct Point { std::shared_ptr<Stream> stream; size_t place = 0; };
struct Item { Work work; Point after; };
struct Stream { std::vector<Item> items; size_t done = 0; };
struct Event { Point at; };

static void run_until(const std::shared_ptr<Stream>& stream, size_t place)
{
    while (stream && stream->done < place) {
        Item item = stream->items[stream->done];
        stream->done += 1;
        run_until(item.after.stream, item.after.place);
        if (item.work) item.work();
    }
}
static std::shared_ptr<Stream>& of(void* stream)
{
    static std::shared_ptr<Stream> standard = std::make_shared<Stream>();
    return stream ? *static_cast<std::shared_ptr<Stream>*>(stream) : standard;
}
static void put(void* stream, Work work, Point after = {}) { of(stream)->items.push_back({std::move(work), after}); }
static void finish(void* stream) { run_until(of(stream), of(stream)->items.size()); }

static std::map<uintptr_t, size_t> on_device, pinned;
static size_t taken;
static std::vector<std::shared_ptr<Stream>*> streams;
static bool is_pinned(const void* pointer)
{
    auto next = pinned.upper_bound((uintptr_t)pointer);
    return next != pinned.begin() && (uintptr_t)pointer < std::prev(next)->first + std::prev(next)->second;
}

// A launch with its arguments copied out of `values`.
template <class... A, size_t... N>
static Work launch(void (*kernel)(A...), void** values, std::index_sequence<N...>)
{
    std::tuple<A...> arguments{*static_cast<A*>(values[N])...};
    return [=] { kernel(std::get<N>(arguments)...); };
}
template <class... A> static Work launch(void (*kernel)(A...), void** values)
{
    return launch(kernel, values, std::index_sequence_for<A...>{});
}

static const Work* body;
static void begin_thread()
{
    (*body)();
    _longjmp(cuda::scheduler, 2);
}
// One block whose threads wait for each other.
static void run_block(const Work& work, unsigned count)
{
    constexpr size_t STACK = 1 << 15;
    static std::vector<char> stacks(1024 * STACK);
    static ucontext_t contexts[1024], back;
    std::vector<char> begun(count, 0), ended(count, 0);
    body = &work;
    for (volatile unsigned left = count; left > 0;) {
        for (volatile unsigned thread = 0; thread < count; thread = thread + 1) {
            if (ended[thread]) continue;
            cuda::threadIdx.x = thread;
            int why = _setjmp(cuda::scheduler);
            if (why == 0) {
                if (begun[thread]) _longjmp(cuda::threads[thread], 1);
                begun[thread] = 1;
                getcontext(&contexts[thread]);
                contexts[thread].uc_stack.ss_sp = stacks.data() + thread * STACK;
                contexts[thread].uc_stack.ss_size = STACK;
                contexts[thread].uc_link = &back;
                makecontext(&contexts[thread], begin_thread, 0);
                setcontext(&contexts[thread]);
            } else if (why == 2) {
                ended[thread] = 1;
                left = left - 1;
            }
        }
    }
}

extern "C" {
Result cuInit(unsigned) { return setting("FAKE_CUDA_DEVICES", 1) > 0 ? OK : NO_DEVICE; }
Result cuDeviceGetCount(int* count) { *count = (int)setting("FAKE_CUDA_DEVICES", 1); return OK; }
Result cuDeviceGet(int* device, int ordinal) { *device = ordinal; return OK; }
Result cuDeviceGetName(char* name, int length, int) { strncpy(name, "a processor in disguise", length); return OK; }
Result cuDeviceGetUuid(unsigned char* id, int device) { memset(id, 0, 16); id[15] = (unsigned char)device; return OK; }
Result cuDeviceGetUuid_v2(unsigned char* id, int device) { return cuDeviceGetUuid(id, device); }
Result cuDeviceGetAttribute(int* value, int what, int)
{
    *value = what == 75 ? 8 : what == 76 ? 0 : what == 16 ? 4 : 1; // compute capability 8.0, four processors
    return OK;
}
Result cuDevicePrimaryCtxRetain(void** context, int device) { *context = (void*)(intptr_t)(device + 1); return OK; }
Result cuDevicePrimaryCtxRelease_v2(int) { return OK; }
static thread_local void* current;
Result cuCtxSetCurrent(void* context) { current = context; return OK; }
Result cuCtxGetCurrent(void** context) { *context = current; return OK; }
Result cuCtxSynchronize() { LOCKED; for (auto* stream : streams) finish(stream); return OK; }
Result cuStreamCreate(void** stream, unsigned)
{
    LOCKED;
    auto* made = new std::shared_ptr<Stream>(std::make_shared<Stream>());
    streams.push_back(made);
    *stream = made;
    return OK;
}
Result cuStreamSynchronize(void* stream) { LOCKED; finish(stream); return OK; }
Result cuStreamDestroy_v2(void* stream) { LOCKED; finish(stream); return OK; }
Result cuStreamWaitEvent(void* stream, void* event, unsigned)
{
    LOCKED;
    put(stream, {}, static_cast<Event*>(event)->at);
    return OK;
}
Result cuEventCreate(void** event, unsigned) { *event = new Event; return OK; }
Result cuEventDestroy_v2(void*) { return OK; }
Result cuEventRecord(void* event, void* stream)
{
    LOCKED;
    static_cast<Event*>(event)->at = {of(stream), of(stream)->items.size()};
    return OK;
}
Result cuEventSynchronize(void* event)
{
    LOCKED;
    Point at = static_cast<Event*>(event)->at;
    run_until(at.stream, at.place);
    return OK;
}
Result cuMemGetInfo_v2(size_t* free, size_t* total)
{
    *free = *total = (size_t)setting("FAKE_CUDA_FREE", 1L << 30);
    return OK;
}
Result cuMemAlloc_v2(uintptr_t* place, size_t bytes)
{
    LOCKED;
    if (taken + bytes > (size_t)setting("FAKE_CUDA_HOLDS", setting("FAKE_CUDA_FREE", 1L << 30))) return OUT_OF_MEMORY;
    *place = (uintptr_t)malloc(bytes ? bytes : 1);
    memset((void*)*place, 0xff, bytes); // what nobody wrote is NaN
    on_device[*place] = bytes;
    taken += bytes;
    return OK;
}
Result cuMemAllocAsync(uintptr_t* place, size_t bytes, void*) { return cuMemAlloc_v2(place, bytes); }
static void let_go(uintptr_t place)
{
    taken -= on_device[place];
    memset((void*)place, 0xff, on_device[place]);
    on_device.erase(place);
    free((void*)place);
}
Result cuMemFree_v2(uintptr_t place) { cuCtxSynchronize(); LOCKED; let_go(place); return OK; }
Result cuMemFreeAsync(uintptr_t place, void* stream)
{
    LOCKED;
    // Room counts as free at once, as a pool gives it to the next who asks on the same stream.
    put(stream, [=] { memset((void*)place, 0xff, on_device[place]); on_device.erase(place); });
    taken -= on_device[place];
    return OK;
}
Result cuMemHostAlloc(void** place, size_t bytes, unsigned)
{
    LOCKED;
    *place = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096 + 4096);
    memset(*place, 0xff, bytes);
    pinned[(uintptr_t)*place] = bytes;
    return OK;
}
Result cuMemFreeHost(void* place) { LOCKED; pinned.erase((uintptr_t)place); return OK; }
Result cuMemsetD8Async(uintptr_t place, unsigned char value, size_t bytes, void* stream)
{
    LOCKED;
    put(stream, [=] { memset((void*)place, value, bytes); });
    return OK;
}
Result cuMemcpyHtoDAsync_v2(uintptr_t to, const void* from, size_t bytes, void* stream)
{
    LOCKED;
    if (is_pinned(from)) {
        put(stream, [=] { memcpy((void*)to, from, bytes); });
    } else {
        std::vector<char> copy((const char*)from, (const char*)from + bytes);
        put(stream, [=] { memcpy((void*)to, copy.data(), bytes); });
    }
    return OK;
}
Result cuMemcpyDtoHAsync_v2(void* to, uintptr_t from, size_t bytes, void* stream)
{
    LOCKED;
    put(stream, [=] { memcpy(to, (const void*)from, bytes); });
    if (!is_pinned(to)) finish(stream);
    return OK;
}
Result cuModuleLoadData(void** module, const void*) { *module = (void*)1; return OK; }
Result cuModuleUnload(void*) { return OK; }
Result cuModuleGetFunction(void** function, void*, const char* name)
{
    for (const char* known : {"collect", "prune", "gather", "pairs", "normalize", "trajectories", "to_bfloat16",
                              "resultants", "shift_costs"}) {
        if (!strcmp(name, known)) { *function = (void*)known; return OK; }
    }
    return NOT_FOUND;
}
Result cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                      unsigned shared_bytes, void* stream, void** values, void**)
{
    LOCKED;
    static long launches = 0;
    launches += 1;
    const long fails_after = setting("FAKE_CUDA_FAILS_AFTER", -1);
    if (fails_after >= 0 && launches > fails_after) return LAUNCH_FAILED;
    if (!gx || !gy || gy > 65535 || gz != 1 || !bx || bx > 1024 || by != 1 || bz != 1 || shared_bytes > 48 << 10) {
        return INVALID;
    }
    const std::string name = (const char*)function;
    Work work;
#define KERNEL(kernel) if (name == #kernel) work = launch(cuda::kernel, values)
    KERNEL(collect); KERNEL(prune); KERNEL(gather); KERNEL(pairs); KERNEL(normalize); KERNEL(trajectories);
    KERNEL(to_bfloat16); KERNEL(resultants); KERNEL(shift_costs);
    const bool waits = name == "prune" || name == "normalize" || name == "resultants" || name == "shift_costs";
    put(stream, [=] {
        cuda::gridDim = {gx, gy, gz};
        cuda::blockDim = {bx, by, bz};
        for (unsigned y = 0; y < gy; y++) {
            for (unsigned x = 0; x < gx; x++) {
                cuda::blockIdx = {x, y, 0};
                if (waits) { run_block(work, bx); continue; }
                for (unsigned thread = 0; thread < bx; thread++) { cuda::threadIdx.x = thread; work(); }
            }
        }
    });
    return OK;
}
Result cuGetErrorName(int, const char** text) { *text = "an error"; return OK; }
Result cuGetErrorString(int, const char** text) { *text = "an error"; return OK; }

struct Blas { void* stream = nullptr; };
int cublasCreate_v2(Blas** made) { *made = new Blas; return 0; }
int cublasDestroy_v2(Blas* blas) { delete blas; return 0; }
int cublasSetStream_v2(Blas* blas, void* stream) { blas->stream = stream; return 0; }
// Factors as a tensor core takes them: cut off.
static float cut(const void* values, size_t place, int kind, int compute)
{
    unsigned bits;
    if (kind == 14) bits = (unsigned)((const unsigned short*)values)[place] << 16;
    else memcpy(&bits, (const float*)values + place, 4);
    if (compute == 77) bits &= 0xffffe000u;
    return cuda::__int_as_float((int)bits);
}
int cublasGemmEx(Blas* blas, int turn_a, int turn_b, int m, int n, int k, const float* alpha, const void* a, int a_kind,
                 int lda, const void* b, int b_kind, int ldb, const float* beta, float* c, int c_kind, int ldc,
                 int compute, int)
{
    LOCKED;
    if (turn_a != 1 || turn_b != 0 || c_kind != 0 || *alpha != 1 || *beta != 0 || lda < k || ldb < k || ldc < m) return 7;
    put(blas->stream, [=] {
        std::vector<float> row(k);
        for (int j = 0; j < n; j++) {
            for (int l = 0; l < k; l++) row[l] = cut(b, (size_t)j * ldb + l, b_kind, compute);
            for (int i = 0; i < m; i++) {
                float sum = 0;
                for (int l = 0; l < k; l++) sum += cut(a, (size_t)i * lda + l, a_kind, compute) * row[l];
                c[(size_t)j * ldc + i] = sum;
            }
        }
    });
    return 0;
}

// The kernels are here already: any source that has some compiles. (Whether NVRTC takes them, a test tells where it is.)
int nvrtcCreateProgram(std::string** program, const char* source, const char*, int, const char**, const char**)
{
    *program = new std::string(strstr(source, "__global__") ? "\x7f" "ELF" : "");
    return 0;
}
int nvrtcCompileProgram(std::string* program, int, const char**) { return program->empty() ? 6 : 0; }
int nvrtcDestroyProgram(std::string** program) { delete *program; return 0; }
int nvrtcGetCUBINSize(std::string* program, size_t* size) { *size = program->size(); return 0; }
int nvrtcGetCUBIN(std::string* program, char* code) { memcpy(code, program->data(), program->size()); return 0; }
int nvrtcGetProgramLogSize(std::string*, size_t* size) { *size = 6; return 0; }
int nvrtcGetProgramLog(std::string*, char* log) { memcpy(log, "error", 6); return 0; }
}
