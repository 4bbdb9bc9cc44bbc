#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds a program that links no library (berth-shim, berth-init) from the parts layers.txt names.

With musl, the kernel's headers come from a folder that holds only linux/, asm/ and asm-generic/, so
that no glibc header can slip in.
"""
import argparse
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import layers  # noqa: E402

FLAGS = ["-std=gnu17", "-Os", "-g", "-static", "-fno-pie", "-no-pie", "-Wall", "-Wextra", "-Werror",
         "-Wno-missing-field-initializers", "-Wno-unused-parameter", "-Wno-sign-compare",
         "-Wno-format-truncation", "-fno-strict-aliasing", "-ffunction-sections", "-fdata-sections",
         "-fno-asynchronous-unwind-tables", "-D_GNU_SOURCE"]


def kernel_headers(folder):
    folder.mkdir(parents=True, exist_ok=True)
    arch = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True).stdout.strip()
    for name, target in (("linux", "/usr/include/linux"), ("asm-generic", "/usr/include/asm-generic"),
                         ("asm", f"/usr/include/{arch}/asm")):
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(target)
    return folder


def sources_of(program):
    found = [layers.ROOT / "src/cmd" / f"{program}.c"]
    for part in layers.load().programs[program]:
        path = layers.ROOT / "src" / part
        found += sorted(path.glob("*.c")) if path.is_dir() else [path.with_suffix(".c")]
    return found


def main():
    parser = argparse.ArgumentParser()
    for name in ("--cc", "--output", "--depfile", "--version"):
        parser.add_argument(name, required=True)
    parser.add_argument("program")
    args = parser.parse_args()

    output = pathlib.Path(args.output)
    objects = output.with_name(output.name + ".p")
    objects.mkdir(exist_ok=True)
    command = [args.cc, *FLAGS, f'-DBERTH_VERSION="{args.version}"', f"-I{layers.ROOT / 'src'}"]
    if "musl" in args.cc:
        command += ["-idirafter", str(kernel_headers(objects / "kernel"))]
    built, dependencies = [], []
    for source in sources_of(args.program):
        target = objects / ("_".join(source.parts[-2:]) + ".o")
        subprocess.run([*command, "-MMD", "-MF", f"{target}.d", "-c", str(source), "-o", str(target)],
                       check=True)
        built.append(str(target))
        words = pathlib.Path(f"{target}.d").read_text().replace("\\\n", " ").split(":", 1)[1]
        dependencies += words.split()
    subprocess.run([*command, "-Wl,--gc-sections", "-Wl,--build-id", *built, "-o", str(output)],
                   check=True)
    pathlib.Path(args.depfile).write_text(f"{args.output}: {' '.join(sorted(set(dependencies)))}\n")


if __name__ == "__main__":
    sys.exit(main())
