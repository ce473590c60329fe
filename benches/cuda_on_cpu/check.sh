#!/usr/bin/env bash
# Runs the tests of src/compute/cuda with the kernels compiled for the processor: whole, on two devices, with less memory
# than there seems to be, and with a device that fails. Needs g++.
#
# Usage: benches/cuda_on_cpu/check.sh [TEST_BINARY], the binary that `cargo test --lib --no-run` names.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
sed 's/extern __shared__ float shared\[\];//; s/__shared__/static/' "$root/src/compute/cuda/kernels.cu" >"$folder/kernels.inc"
g++ -std=c++17 -O2 -static-libstdc++ -static-libgcc -fno-gnu-unique -Wl,--exclude-libs,ALL -ffp-contract=off -U_FORTIFY_SOURCE -shared -fPIC -I"$folder" -o "$folder/libcuda.so.1" "$root/benches/cuda_on_cpu/driver.cpp"
ln -s libcuda.so.1 "$folder/libcuda.so"
for name in libcublas.so.13 libnvrtc.so.13; do ln -s libcuda.so.1 "$folder/$name"; done
export LD_LIBRARY_PATH=$folder:${LD_LIBRARY_PATH:-} TIDETABLE_REQUIRE_GPU=1
binary=${1:-}
tests() {
    local only=$1
    if [ -n "$binary" ]; then "$binary" "$only" ${2:-}; else cargo test --manifest-path "$root/Cargo.toml" --lib -- "$only" ${2:-}; fi
}
echo "one device"; tests compute::cuda
echo "two devices"; FAKE_CUDA_DEVICES=2 tests compute::cuda
echo "less memory than there seems to be"; FAKE_CUDA_HOLDS=$((150 << 20)) tests compute::cuda::laws::a_gpu --test-threads=1
for launches in 0 1 5 20; do
    echo "a device that fails after $launches launches"; FAKE_CUDA_FAILS_AFTER=$launches tests hands_over
done
