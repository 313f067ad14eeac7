// SPDX-License-Identifier: GPL-2.0

//! The structures of the user interface, from the headers of this tree.

use std::env;
use std::error::Error;
use std::path::PathBuf;

/// Numbers of ioctls are macros of macros, which a constant makes bindgen see.
const HEADER: &str = "
#include <fwctl/bnxt.h>
#include <fwctl/fwctl.h>
#include <fwctl/mlx5.h>

enum fwctl_ioctl {
	FWCTL_IOCTL_INFO = FWCTL_INFO,
	FWCTL_IOCTL_RPC = FWCTL_RPC,
	FWCTL_IOCTL_RSC_DESTROY = FWCTL_RSC_DESTROY,
	FWCTL_IOCTL_RSC_UMEM_REG = FWCTL_RSC_UMEM_REG,
};
";

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let headers = here.join("../../../include/uapi");
    let out = PathBuf::from(env::var("OUT_DIR")?).join("uapi.rs");
    println!("cargo::rerun-if-changed=build.rs");
    for header in ["fwctl/bnxt.h", "fwctl/fwctl.h", "fwctl/mlx5.h"] {
        println!("cargo::rerun-if-changed={}", headers.join(header).display());
    }
    bindgen::Builder::default()
        .header_contents("uapi.h", HEADER)
        // Before those of the system, which may have an older version.
        .clang_arg(format!("-I{}", headers.display()))
        .allowlist_item("fwctl_.*|FWCTL_.*")
        .prepend_enum_name(false)
        .derive_default(true)
        .formatter(bindgen::Formatter::None)
        .generate()?
        .write_to_file(out)?;
    Ok(())
}
