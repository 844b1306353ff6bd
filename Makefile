# clix-collect: what can be done here. `make` alone prints this list.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help build demo test test-quick test-end-to-end year kills lint format release package test-package image test-image bench bench-bad-day bench-micro clean

SWIFT_FOLDERS := Sources Tests Benchmarks/Micro Package.swift

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build both programs (debug), into .build/debug
	@scripts/install-dependencies.sh build
	swift build --build-tests

demo: ## a made-up school is collected, uploaded over HTTPS to a store on this machine, and shown
	@scripts/install-dependencies.sh build demo
	swift build --build-tests
	@scripts/demo.sh

test: ## everything that CI runs: style, then all tests, the cheap ones first
	@scripts/install-dependencies.sh build demo test
	@$(MAKE) --no-print-directory lint
	swift build --build-tests
	@$(MAKE) --no-print-directory test-quick
	@$(MAKE) --no-print-directory test-end-to-end

test-quick: ## the tests of single targets: on loopback; what needs root or mounts is skipped without
	swift test --skip-build --skip EndToEndTests

test-end-to-end: ## both built programs on loopback: power cuts, kills, refusals, a real school (root for some)
	@scripts/real_school/build-image.sh >/dev/null || echo "Tests with a real school's container will be skipped." >&2
	swift test --skip-build --filter EndToEndTests

YEAR_SEED ?= 20270614

year: ## a school's 250 boots of one year, with all that befalls it, under stepped clocks (some minutes)
	@scripts/install-dependencies.sh build demo test
	swift build --build-tests
	YEAR_BOOTS=250 YEAR_SEED=$(YEAR_SEED) swift test --skip-build --filter EndToEndTests.EndToEnd/SchoolYear

KILLS_SEED ?= 20180816

kills: ## uploads that are killed 200 times at all stages, and their stores with them (some minutes)
	@scripts/install-dependencies.sh build demo test
	swift build --build-tests
	KILLS=200 KILLS_SEED=$(KILLS_SEED) swift test --skip-build --filter EndToEndTests.EndToEnd/Kills

lint: ## complain about style; changes nothing
	swift format lint --recursive --strict $(SWIFT_FOLDERS)

format: ## put the sources into the project's style
	swift format format --recursive --in-place $(SWIFT_FOLDERS)

release: ## both programs optimised, with Swift's libraries inside, into .build/release
	@scripts/install-dependencies.sh build
	swift build -c release --static-swift-stdlib --product clix-collectd
	swift build -c release --static-swift-stdlib --product clix-store

package: ## both Debian packages, into dist/
	@scripts/install-dependencies.sh build package
	@packaging/build.sh

test-package: package ## what the packages promise: lintian, install to purge, both services under systemd (root)
	@scripts/install-dependencies.sh test-package
	@packaging/test.sh

image: package ## the school's package as a container, for hosts that are too old for it, into dist/ (root)
	@scripts/install-dependencies.sh image
	@packaging/image.sh

test-image: image ## that container under systemd beside a school's container, with the kernel calls of 4.15 (root)
	@scripts/install-dependencies.sh test test-package
	@packaging/test-image.sh

bench: release ## every figure that has to be reached, next to restic, borg and rsync (half an hour; needs ../shared)
	@scripts/install-dependencies.sh bench
	@Benchmarks/all.sh

bench-bad-day: release ## of these, the 64 kbit/s link and ten minutes of power alone (root; needs ../shared)
	@scripts/install-dependencies.sh bench
	@Benchmarks/bad-day.sh

bench-micro: ## chunks, frames, manifests, questions and commits, each alone (Swift 6.3; some minutes to build)
	@scripts/install-dependencies.sh build
	swift package --package-path Benchmarks/Micro -c release benchmark --no-progress --grouping metric

clean: ## remove what was built
	swift package clean
	rm -rf Benchmarks/Micro/.build
