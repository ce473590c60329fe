//! NVRTC and cuBLAS, loaded when first asked for. cudarc's own loader knows only the file names of CUDA 12, and ends
//! the process where a file is missing.

use std::ffi::{CString, c_char, c_int, c_void};
use std::path::PathBuf;
use std::sync::OnceLock;

use cudarc::cublas::sys::{
    cublasComputeType_t, cublasGemmAlgo_t, cublasHandle_t, cublasOperation_t, cublasStatus_t, cudaDataType,
};
use cudarc::driver::sys::CUstream;
use cudarc::nvrtc::sys::{nvrtcProgram, nvrtcResult};
use libloading::Library;

use super::CudaError;

/// Releases of CUDA whose libraries have the functions used here.
const RELEASES: [&str; 2] = ["13", "12"];

type Compile = unsafe extern "C" fn(nvrtcProgram, c_int, *const *const c_char) -> nvrtcResult;
type Create = unsafe extern "C" fn(
    *mut nvrtcProgram,
    *const c_char,
    *const c_char,
    c_int,
    *const *const c_char,
    *const *const c_char,
) -> nvrtcResult;
type Size = unsafe extern "C" fn(nvrtcProgram, *mut usize) -> nvrtcResult;
type Text = unsafe extern "C" fn(nvrtcProgram, *mut c_char) -> nvrtcResult;
type Destroy = unsafe extern "C" fn(*mut nvrtcProgram) -> nvrtcResult;
type Multiply = unsafe extern "C" fn(
    cublasHandle_t,
    cublasOperation_t,
    cublasOperation_t,
    c_int,
    c_int,
    c_int,
    *const c_void,
    *const c_void,
    cudaDataType,
    c_int,
    *const c_void,
    cudaDataType,
    c_int,
    *const c_void,
    *mut c_void,
    cudaDataType,
    c_int,
    cublasComputeType_t,
    cublasGemmAlgo_t,
) -> cublasStatus_t;

/// NVIDIA's compiler.
pub(super) struct Compiler {
    create: Create,
    compile: Compile,
    destroy: Destroy,
    binary_size: Size,
    binary: Text,
    log_size: Size,
    log: Text,
}

/// NVIDIA's matrix product.
pub(super) struct Blas {
    pub(super) create: unsafe extern "C" fn(*mut cublasHandle_t) -> cublasStatus_t,
    pub(super) destroy: unsafe extern "C" fn(cublasHandle_t) -> cublasStatus_t,
    pub(super) set_stream: unsafe extern "C" fn(cublasHandle_t, CUstream) -> cublasStatus_t,
    pub(super) multiply: Multiply,
}

/// The compiler, or which files were looked for.
pub(super) fn compiler() -> Result<&'static Compiler, CudaError> {
    static LOADED: OnceLock<Result<Compiler, String>> = OnceLock::new();
    let load = || {
        let library = open("nvrtc")?;
        Ok(Compiler {
            create: symbol(library, "nvrtcCreateProgram")?,
            compile: symbol(library, "nvrtcCompileProgram")?,
            destroy: symbol(library, "nvrtcDestroyProgram")?,
            binary_size: symbol(library, "nvrtcGetCUBINSize")?,
            binary: symbol(library, "nvrtcGetCUBIN")?,
            log_size: symbol(library, "nvrtcGetProgramLogSize")?,
            log: symbol(library, "nvrtcGetProgramLog")?,
        })
    };
    LOADED.get_or_init(load).as_ref().map_err(|reason| CudaError::Library { reason: reason.clone() })
}

/// The matrix product, or which files were looked for.
pub(super) fn blas() -> Result<&'static Blas, CudaError> {
    static LOADED: OnceLock<Result<Blas, String>> = OnceLock::new();
    let load = || {
        let library = open("cublas")?;
        Ok(Blas {
            create: symbol(library, "cublasCreate_v2")?,
            destroy: symbol(library, "cublasDestroy_v2")?,
            set_stream: symbol(library, "cublasSetStream_v2")?,
            multiply: symbol(library, "cublasGemmEx")?,
        })
    };
    LOADED.get_or_init(load).as_ref().map_err(|reason| CudaError::Library { reason: reason.clone() })
}

/// Where a library may be: what the loader knows, then where toolkits are installed.
fn places(name: &str) -> Vec<PathBuf> {
    let files: Vec<String> = RELEASES.iter().map(|release| format!("lib{name}.so.{release}")).collect();
    let mut folders = vec![PathBuf::new()];
    folders.extend(["CUDA_HOME", "CUDA_PATH"].iter().filter_map(std::env::var_os).map(|home| {
        let home = PathBuf::from(home);
        home.join("lib64")
    }));
    folders.push(PathBuf::from("/usr/local/cuda/lib64"));
    folders.extend(RELEASES.iter().map(|release| PathBuf::from(format!("/usr/local/cuda-{release}/lib64"))));
    folders.iter().flat_map(|folder| files.iter().map(|file| folder.join(file))).collect()
}

/// Opens a library for good: what came out of it stays valid.
#[allow(unsafe_code, reason = "a library's initialisers run when it is loaded")]
fn open(name: &str) -> Result<&'static Library, String> {
    for place in places(name) {
        // SAFETY: NVIDIA's libraries have initialisers that may run at any time.
        if let Ok(library) = unsafe { Library::new(&place) } {
            return Ok(Box::leak(Box::new(library)));
        }
    }
    let names: Vec<String> = RELEASES.iter().map(|release| format!("lib{name}.so.{release}")).collect();
    Err(format!("{} cannot be loaded", names.join(" or ")))
}

#[allow(unsafe_code, reason = "a symbol's type is what the library's header says")]
fn symbol<T: Copy>(library: &'static Library, name: &str) -> Result<T, String> {
    // SAFETY: the types above are those of NVIDIA's headers, which keep them from CUDA 12 to 13.
    unsafe { library.get::<T>(name.as_bytes()) }
        .map(|symbol| *symbol)
        .map_err(|_| format!("the library lacks {name}"))
}

impl Compiler {
    /// Machine code of a source for one architecture, such as `sm_80`.
    ///
    /// # Errors
    /// The compiler refuses it; its log says why.
    #[allow(unsafe_code, reason = "the compiler is a C library")]
    pub(super) fn compile(&self, source: &str, architecture: &str) -> Result<Vec<u8>, CudaError> {
        let failed = |what: String| CudaError::Compile { architecture: architecture.to_owned(), what };
        let text = CString::new(source).map_err(|error| failed(error.to_string()))?;
        let option = CString::new(format!("--gpu-architecture={architecture}"))
            .map_err(|error| failed(error.to_string()))?;
        let options = [option.as_ptr()];
        let mut program: nvrtcProgram = std::ptr::null_mut();
        // SAFETY: both texts end with a zero and outlive the program, which is destroyed below; buffers have the sizes
        // that the compiler asked for.
        unsafe {
            let created = (self.create)(
                &raw mut program,
                text.as_ptr(),
                c"tidetable.cu".as_ptr(),
                0,
                std::ptr::null(),
                std::ptr::null(),
            );
            if created != nvrtcResult::NVRTC_SUCCESS {
                return Err(failed(format!("{created:?}")));
            }
            let compiled = (self.compile)(program, options.len() as c_int, options.as_ptr());
            let (size, text) = match compiled {
                nvrtcResult::NVRTC_SUCCESS => (self.binary_size, self.binary),
                _ => (self.log_size, self.log),
            };
            let mut length = 0;
            let mut told = size(program, &raw mut length);
            let mut bytes = vec![0_u8; length];
            if told == nvrtcResult::NVRTC_SUCCESS {
                told = text(program, bytes.as_mut_ptr().cast());
            }
            (self.destroy)(&raw mut program);
            match (compiled, told) {
                (nvrtcResult::NVRTC_SUCCESS, nvrtcResult::NVRTC_SUCCESS) if length > 0 => Ok(bytes),
                (nvrtcResult::NVRTC_SUCCESS, other) => Err(failed(format!("no machine code ({other:?})"))),
                (other, _) => {
                    let log = String::from_utf8_lossy(&bytes);
                    Err(failed(format!("{other:?}: {}", log.trim_matches(['\0', '\n', ' ']))))
                }
            }
        }
    }
}
