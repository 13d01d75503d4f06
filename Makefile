# dictation: what one does with it. "make" alone prints this list.

SHELL  := /bin/bash
GO     ?= go
ARGS   ?=
BINARY := bin/dictation
profile := $(CURDIR)/deploy/build.pgo

web     := pipeline/web
pages   := $(wildcard $(web)/ts/*.ts)
bundles := $(pages:$(web)/ts/%.ts=$(web)/dist/%.js)
shared  := $(wildcard $(web)/ts/*/*.ts)
modules := $(web)/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build profile assets setup test check bench screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup build ## install what is missing, build and start everything with made-up patients (ARGS=… for more flags)
	@exec $(BINARY) run --demo $(ARGS)

build: assets ## build bin/dictation
	@[ -e $(BINARY) ] || echo "building $(BINARY); the first time takes some minutes" >&2
	@CGO_ENABLED=0 $(GO) build -trimpath -pgo=$(profile) -o $(BINARY) ./cmd/dictation

assets: $(modules) $(bundles) ## bundle the pages' TypeScript
	@rm -f $(filter-out $(bundles),$(wildcard $(web)/dist/*.js))

profile: build ## measure anew what the compiler is told to make fast
	@$(BINARY) bench decode --profile $(profile).new
	@mv $(profile).new $(profile)

# One bundle a page; code that pages share lies in folders below ts/.
$(web)/dist/%.js: $(web)/ts/%.ts $(shared) $(modules) go.mod
	@$(GO) tool esbuild $< --outfile=$@ --bundle --minify --format=esm --target=es2022 --log-level=warning

# Other people's code for the pages, as the lock file names it; none is kept here.
$(modules): $(web)/package.json $(web)/package-lock.json
	@command -v npm >/dev/null && command -v node >/dev/null || deploy/setup.sh
	@cd $(web) && npm ci --silent
	@touch $@

setup: ## install what is missing on this machine
	@deploy/setup.sh

test: assets ## everything, on the real parts, with the race detector
	@deploy/setup.sh --test
	CGO_ENABLED=1 $(GO) test -race -timeout 12m ./...

check: assets ## format, vet, staticcheck, floors; also that it builds for macOS
	@files=$$(gofmt -l audio cmd deploy pipeline transcript); [ -z "$$files" ] || { echo "not formatted: $$files"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 $(GO) build -o /dev/null ./cmd/dictation
	$(GO) test -count=1 -run '^TestFloors$$' ./pipeline

bench: setup build ## throughput and latency, beside a minimal program
	@deploy/setup.sh --test
	@$(BINARY) bench $(ARGS)
	@[ -n "$(ARGS)" ] || $(GO) test -run '^$$' -bench '^BenchmarkAudioLost$$' -benchtime 3x ./$(web)

screenshots: assets ## pictures of all pages, light, dark and on a phone, into bin/screenshots
	@deploy/setup.sh --test
	@mkdir -p bin/screenshots
	$(GO) test -count=1 -run '^TestEveryPageForEveryEye$$' ./pipeline/web -shots "$(CURDIR)/bin/screenshots"

clean: ## remove what was built; data stays
	@rm -rf bin
	@rm -f $(web)/dist/*.js
