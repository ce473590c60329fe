//! One GPU, open: its context, two streams whose copies and kernels overlap, and the compiled kernels.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cudarc::cublas::sys::{
    cublasComputeType_t, cublasGemmAlgo_t, cublasHandle_t, cublasOperation_t, cublasStatus_t, cudaDataType,
};
use cudarc::driver::sys::{CUdevice_attribute, CUuuid};
use cudarc::driver::{CudaContext, CudaFunction, CudaStream, DevicePtr, DevicePtrMut, LaunchConfig};

use super::kernel_cache::machine_code;
use super::library::blas;
use super::{CudaError, Precision};

/// Threads of a block, where a kernel does not care.
pub(super) const THREADS: u32 = 256;

/// One GPU, open.
pub struct Device {
    // First, so that these are gone before the streams they are bound to.
    handles: [Handle; 2],
    pub(super) ordinal: usize,
    pub(super) context: Arc<CudaContext>,
    pub(super) streams: [Arc<CudaStream>; 2],
    pub(super) kernels: Functions,
    /// Held by whoever uses the streams: a handle of cuBLAS serves one thread at a time.
    turn: Mutex<()>,
    name: String,
    uuid: String,
    capability: (i32, i32),
}

/// The kernels of `kernels.cu`.
pub(super) struct Functions {
    pub(super) collect: CudaFunction,
    pub(super) prune: CudaFunction,
    pub(super) gather: CudaFunction,
    pub(super) pairs: CudaFunction,
    pub(super) normalize: CudaFunction,
    pub(super) trajectories: CudaFunction,
    pub(super) to_bfloat16: CudaFunction,
    pub(super) resultants: CudaFunction,
    pub(super) shift_costs: CudaFunction,
}

/// A handle of cuBLAS, bound to one stream.
struct Handle(cublasHandle_t);

// SAFETY: cuBLAS allows a handle to move between threads; `Device::turn` lets one at a time use it.
#[allow(unsafe_code, reason = "cuBLAS' handle is a pointer")]
unsafe impl Send for Handle {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "cuBLAS' handle is a pointer")]
unsafe impl Sync for Handle {}

impl Drop for Handle {
    #[allow(unsafe_code, reason = "cuBLAS is a C library")]
    fn drop(&mut self) {
        if let Ok(blas) = blas() {
            // SAFETY: the handle was made by `create` and is used no more. Nothing can be done where this fails.
            let _ = unsafe { (blas.destroy)(self.0) };
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // The handles go with the context that is current on this thread. Nothing can be done where this fails.
        let _ = self.context.bind_to_thread();
    }
}

/// Number of GPUs that CUDA sees, by `CUDA_VISIBLE_DEVICES`.
///
/// # Errors
/// There is no driver, or it does not answer.
pub fn device_count() -> Result<usize, CudaError> {
    guarded(|| {
        if !is_driver_present() {
            return Err(CudaError::NoDevice { reason: "libcuda.so.1 cannot be loaded".to_owned() });
        }
        match CudaContext::device_count()? {
            count if count > 0 => Ok(count as usize),
            _ => Err(CudaError::NoDevice { reason: "the driver sees none".to_owned() }),
        }
    })
}

/// Names of the GPUs, by the numbers that CUDA gives them; none of them is opened.
///
/// # Errors
/// There is no driver, or it does not answer.
pub fn device_uuids() -> Result<Vec<String>, CudaError> {
    let count = device_count()?;
    guarded(|| {
        let uuid = |ordinal| {
            let device = cudarc::driver::result::device::get(ordinal as i32)?;
            Ok(uuid_text(&cudarc::driver::result::device::get_uuid(device)?))
        };
        (0..count).map(uuid).collect()
    })
}

#[allow(unsafe_code, reason = "a library's initialisers run when it is loaded")]
fn is_driver_present() -> bool {
    // SAFETY: the driver's library has initialisers that may run at any time.
    unsafe { cudarc::driver::sys::is_culib_present() }
}

/// Runs what may panic inside of cudarc: where a driver is too old to have a function.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, CudaError>) -> Result<T, CudaError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(CudaError::Fault { what: said.unwrap_or_else(|| "no reason given".to_owned()) })
    })
}

impl Device {
    /// Opens the GPU that CUDA numbers `ordinal`; machine code of the kernels is kept in `cache`.
    ///
    /// # Errors
    /// There is no such GPU, a library is missing, or the kernels cannot be compiled for it.
    pub fn open(ordinal: usize, cache: Option<&Path>) -> Result<Device, CudaError> {
        let devices = device_count()?;
        if ordinal >= devices {
            return Err(CudaError::NoSuchDevice { wanted: ordinal, devices });
        }
        guarded(|| {
            let context = CudaContext::new(ordinal)?;
            let streams = [context.new_stream()?, context.new_stream()?];
            let capability = context.compute_capability()?;
            let code = machine_code(&format!("sm_{}{}", capability.0, capability.1), cache)?;
            let module = context.load_module(cudarc::nvrtc::Ptx::from_binary(code))?;
            let kernel = |name: &str| module.load_function(name);
            let kernels = Functions {
                collect: kernel("collect")?,
                prune: kernel("prune")?,
                gather: kernel("gather")?,
                pairs: kernel("pairs")?,
                normalize: kernel("normalize")?,
                trajectories: kernel("trajectories")?,
                to_bfloat16: kernel("to_bfloat16")?,
                resultants: kernel("resultants")?,
                shift_costs: kernel("shift_costs")?,
            };
            let handles = [handle(&streams[0])?, handle(&streams[1])?];
            let (name, uuid) = (context.name()?, uuid_text(&context.uuid()?));
            let turn = Mutex::new(());
            Ok(Device { handles, ordinal, context, streams, kernels, turn, name, uuid, capability })
        })
    }

    /// Waits until nobody else uses the streams.
    pub(super) fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What CUDA calls it: `cuda:0`.
    pub fn label(&self) -> String {
        format!("cuda:{}", self.ordinal)
    }

    /// Product name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `GPU-...`, as NVML spells it: CUDA and NVML number GPUs in different orders.
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// Bytes that may be taken: nine tenths of what is free now.
    pub fn budget_bytes(&self) -> Result<usize, CudaError> {
        Ok((self.context.mem_get_info()?.0 as f64 * 0.9) as usize)
    }

    /// Memory in use on the whole GPU, MiB.
    pub fn used_mib(&self) -> Result<f64, CudaError> {
        let (free, total) = self.context.mem_get_info()?;
        Ok(total.saturating_sub(free) as f64 / 1_048_576.0)
    }

    /// Multiprocessors.
    pub(super) fn processors(&self) -> u32 {
        let count = CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
        self.context.attribute(count).ok().and_then(|count| u32::try_from(count).ok()).unwrap_or(1)
    }

    /// The fastest product whose error is small enough for a search: TF32 from Ampere on.
    pub(super) fn search_precision(&self) -> Precision {
        if self.capability.0 >= 8 { Precision::Tf32 } else { Precision::F32 }
    }

    /// Whether the GPU multiplies in this precision.
    pub fn supports(&self, precision: Precision) -> bool {
        precision == Precision::F32 || self.capability.0 >= 8
    }

    /// All inner products of `rows` rows from `one` on with `others` rows from `other` on, all of `columns` values of
    /// the precision's type: `products[other][row]`. On stream `lane`.
    #[allow(unsafe_code, reason = "cuBLAS is a C library")]
    pub(super) fn multiply<T>(
        &self,
        lane: usize,
        (one, rows): (&impl DevicePtr<T>, usize),
        (other, others): (&impl DevicePtr<T>, usize),
        columns: usize,
        products: &mut impl DevicePtrMut<f32>,
        precision: Precision,
    ) -> Result<(), CudaError> {
        assert!(
            one.len() >= rows * columns && other.len() >= others * columns && products.len() >= rows * others
        );
        let stream = &self.streams[lane];
        let (kind, compute) = match precision {
            Precision::F32 => (cudaDataType::CUDA_R_32F, cublasComputeType_t::CUBLAS_COMPUTE_32F_PEDANTIC),
            Precision::Tf32 => (cudaDataType::CUDA_R_32F, cublasComputeType_t::CUBLAS_COMPUTE_32F_FAST_TF32),
            Precision::Bf16 => (cudaDataType::CUDA_R_16BF, cublasComputeType_t::CUBLAS_COMPUTE_32F),
        };
        let size = |value: usize| {
            i32::try_from(value).map_err(|_| CudaError::Fault { what: format!("{value} rows at once") })
        };
        let (rows, others, columns) = (size(rows)?, size(others)?, size(columns)?);
        let (unit, nothing) = (1.0_f32, 0.0_f32);
        let blas = blas()?;
        self.context.bind_to_thread()?;
        // Until these guards are dropped, after the call, nobody else's use of the memory counts as finished.
        let (one, _one_in_use) = one.device_ptr(stream);
        let (other, _other_in_use) = other.device_ptr(stream);
        let (products, _products_in_use) = products.device_ptr_mut(stream);
        // SAFETY: the memory is as long as the sizes say (checked above), of the type that `precision` names, and waited
        // for on this stream, to which the handle is bound; the factors are read before the call returns.
        let status = unsafe {
            (blas.multiply)(
                self.handles[lane].0,
                cublasOperation_t::CUBLAS_OP_T,
                cublasOperation_t::CUBLAS_OP_N,
                rows,
                others,
                columns,
                (&raw const unit).cast::<c_void>(),
                one as *const c_void,
                kind,
                columns,
                other as *const c_void,
                kind,
                columns,
                (&raw const nothing).cast::<c_void>(),
                products as *mut c_void,
                cudaDataType::CUDA_R_32F,
                rows,
                compute,
                cublasGemmAlgo_t::CUBLAS_GEMM_DEFAULT,
            )
        };
        checked(status)
    }

    /// Enough blocks for `items` threads in the first dimension, `second` in the second.
    pub(super) fn grid(items: usize, second: usize) -> LaunchConfig {
        LaunchConfig {
            grid_dim: (items.div_ceil(THREADS as usize).clamp(1, 65_535) as u32, second.max(1) as u32, 1),
            block_dim: (THREADS, 1, 1),
            shared_mem_bytes: 0,
        }
    }
}

fn handle(stream: &CudaStream) -> Result<Handle, CudaError> {
    let blas = blas()?;
    let mut handle: cublasHandle_t = std::ptr::null_mut();
    // SAFETY: the context of the stream is current on this thread; the handle is destroyed once, when it is dropped.
    #[allow(unsafe_code, reason = "cuBLAS is a C library")]
    unsafe {
        checked((blas.create)(&raw mut handle))?;
        let handle = Handle(handle);
        checked((blas.set_stream)(handle.0, stream.cu_stream()))?;
        Ok(handle)
    }
}

fn checked(status: cublasStatus_t) -> Result<(), CudaError> {
    match status {
        cublasStatus_t::CUBLAS_STATUS_SUCCESS => Ok(()),
        cublasStatus_t::CUBLAS_STATUS_ALLOC_FAILED => Err(CudaError::OutOfMemory),
        other => Err(CudaError::Fault { what: format!("{other:?}") }),
    }
}

fn uuid_text(uuid: &CUuuid) -> String {
    let bytes: Vec<String> = uuid.bytes.iter().map(|byte| format!("{:02x}", *byte as u8)).collect();
    let part = |range: std::ops::Range<usize>| bytes[range].concat();
    format!("GPU-{}-{}-{}-{}-{}", part(0..4), part(4..6), part(6..8), part(8..10), part(10..16))
}
