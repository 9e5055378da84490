"""Writes the arrays that InterchangeGoldenTests reads: python make.py, with NumPy (2.4.6 when they were made)."""
import io
import numpy as np

arrays = {name: (np.arange(6) * 20 - (0 if name[-2] == "u" else 50)).reshape(2, 3).astype(name)
          for name in ["<f2", "<f4", "<f8", ">f2", ">f4", ">f8", "|i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8",
                       "|u1", "<u2", ">u2", "<u4", ">u4"]}
arrays["bool"] = np.array([[True, False, True], [False, False, True]])
arrays["fortran"] = np.asfortranarray(np.arange(24.0).reshape(2, 3, 4))
arrays["scalar"] = np.float32(2.5)
arrays["vector"] = np.arange(5)
arrays["empty"] = np.zeros((2, 0, 3))
np.savez("stored.npz", **arrays)

# Text-like and noise-like bytes: matches, literals, and blocks with codes of their own.
random = np.random.default_rng(1)
noise = random.integers(0, 256, 3000).astype("u1")
np.savez_compressed("deflated.npz", squares=(np.arange(4000) % 97) ** 2, noise=noise, zeros=np.zeros(5000, "f4"),
                    few=np.arange(3, dtype="i4"), sum=np.array(noise.sum(), "i8"))

with open("version2.npy", "wb") as file:
    np.lib.format.write_array(file, np.arange(4, dtype="f4"), version=(2, 0))
