# SPDX-License-Identifier: Apache-2.0
# A thin front of Meson: `make help` lists what there is.
PREFIX ?= /usr/local
BUILD ?= build
PYTHON ?= /usr/bin/python3
MESON_FLAGS ?=

all: $(BUILD)/build.ninja  ## build everything
	ninja -C $(BUILD)

$(BUILD)/build.ninja: | packages-build
	meson setup $(BUILD) --prefix $(PREFIX) -Dpython=$(PYTHON) $(MESON_FLAGS)
	ln -sfn $(BUILD)/compile_commands.json compile_commands.json

packages-%:
	packaging/install-packages $*

test: packages-test all  ## build and run every test of the short suites
	meson test -C $(BUILD) --print-errorlogs

MINUTES ?= 1
fuzz: packages-test  ## search for inputs that break a parser, MINUTES each (TARGET: only this one)
	[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dpython=$(PYTHON) \
		-Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
	ninja -C build-fuzz
	tests/fuzz/run.sh build-fuzz $(MINUTES) $(TARGET)

install: all  ## install below DESTDIR/PREFIX
	meson install -C $(BUILD) --no-rebuild $(if $(DESTDIR),--destdir $(DESTDIR))

format:  ## format the sources in place
	git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'bench/*.[ch]' | xargs clang-format -i

clean:  ## remove what was built
	rm -rf $(BUILD) build-* compile_commands.json

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

.PHONY: all test fuzz install format clean help
