# Evenhand - what can be built and run.  `make help` lists the targets from the
# comments that start with two hashes.
#
# Everything is built out of tree, under $(O); SAN=asan builds a second tree
# beside the first.  Nothing here needs more than make: what is missing is
# installed by the targets that may install (demo, test), and named by the rest.

.DEFAULT_GOAL := all
SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules

SAN ?=
B ?= build
O := $(B)$(if $(SAN),/$(SAN))
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
AR ?= ar

PKGS := gsl libpq libmicrohttpd jansson libsodium libcurl libfyaml zlib libcrypto
APT_BUILD := gcc libc6-dev make pkg-config libgsl-dev libpq-dev libmicrohttpd-dev libjansson-dev \
	libsodium-dev libcurl4-openssl-dev libfyaml-dev zlib1g-dev libssl-dev
APT_RUN := postgresql-15 adduser
APT_TEST := libcmocka-dev clang libclang-rt-14-dev nodejs npm chromium fonts-dejavu-core curl faketime \
	openssl prometheus-alertmanager python3-aiosmtpd

WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef -Werror
HARD := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
OPT := -O2 -g
LINKHARD := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack
ifeq ($(SAN),asan)
HARD := -fPIE
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LINKHARD := -pie -fsanitize=address,undefined
endif
ifeq ($(SAN),tsan)
HARD := -fPIE
OPT := -O1 -g -fsanitize=thread
LINKHARD := -pie -fsanitize=thread
endif

ifeq ($(SAN),fuzz)
CC := clang
HARD := -fPIE
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LINKHARD := -pie -fsanitize=address,undefined
endif

# Sums over rows and bins are half of what a statistic costs: -O3 takes two of them at a time.
ifeq ($(SAN),)
$(O)/stats/%.o: OPT := -O3 -g
endif

CFLAGS_ALL = -std=gnu17 $(OPT) $(HARD) $(WARN) -ffp-contract=off -D_GNU_SOURCE \
	-I. -Isrc -I$(O)/gen -isystem /usr/include/postgresql $(CFLAGS)
LIBS = -lgsl -lgslcblas -lpq -lmicrohttpd -ljansson -lsodium -lcurl -lfyaml -lz -lcrypto -lm -lpthread

ROOMS := $(sort $(notdir $(patsubst %/,%,$(wildcard src/*/))))
SRC := $(filter-out src/cli/main.c,$(wildcard src/*/*.c)) $(wildcard examples/insurer/*.c)
STATS_SRC := $(wildcard stats/*.c)
SQL := $(wildcard src/*/*.sql)
SQL_ROOMS := $(sort $(foreach f,$(SQL),$(word 2,$(subst /, ,$(f)))))
ASSETS := $(sort $(wildcard migrations/*.sql dashboards/*.css dashboards/*.js dashboards/*.svg \
	dashboards/pages/*.html examples/insurer/*.yaml examples/policies/*.yaml))

OBJ := $(SRC:%.c=$(O)/%.o) $(SQL_ROOMS:%=$(O)/gen/%/sql.o) $(O)/gen/pg_sql_all.o $(O)/gen/assets.o
STATS_OBJ := $(STATS_SRC:%.c=$(O)/%.o)
TEST_LIB_OBJ := $(patsubst %.c,$(O)/%.o,$(wildcard tests/lib/*.c))
UNIT_SRC := $(wildcard tests/unit/*/*_test.c tests/vectors/*_test.c)
UNIT := $(UNIT_SRC:%.c=$(O)/%)

all: need-build $(O)/evenhand ## build the program to build/evenhand (the default)

need-build: ## say exactly which Debian packages are missing, if any
	@command -v pkg-config >/dev/null 2>&1 && pkg-config --exists $(PKGS) || { \
	  echo "make: a library that Evenhand is built with is missing" >&2; \
	  echo "hint: apt-get install $(APT_BUILD)" >&2; exit 3; }

$(O)/evenhand: $(O)/src/cli/main.o $(O)/libevenhand.a $(O)/libevenhand-stats.a
	$(CC) $(OPT) $(LINKHARD) -o $@ $^ $(LIBS)

# The same objects, and one in place of another: this one dies, fails or waits where a test says so.
$(O)/evenhand-faults: $(O)/src/cli/main.o $(O)/tests/lib/failpoint.o $(O)/libevenhand.a $(O)/libevenhand-stats.a
	@$(CC) $(OPT) $(LINKHARD) -o $@ $^ $(LIBS)

$(O)/libevenhand.a: $(OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(O)/libevenhand-stats.a: $(STATS_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

stats: $(O)/libevenhand-stats.a ## build only the statistics library, which needs libm and GSL alone
	@echo 'int main(void) { return 0; }' | $(CC) $(OPT) -pie -fPIE -x c - -x none -o $(O)/stats-alone \
	  -Wl,--whole-archive $(O)/libevenhand-stats.a -Wl,--no-whole-archive -lgsl -lgslcblas -lm

# ---- packages ------------------------------------------------------------------

# What is missing of $(1) is installed as root or with sudo, saying so; where neither is
# possible the apt line is printed and make stops.  A program that came from elsewhere
# counts as there.  A PostgreSQL that is new on the machine must not leave a system cluster
# running: the file that forbids one is there for this one call of apt only.  Nor may what only a test
# starts become a service of the machine, now or at its next start.
APT_GET := apt-get
NO_SERVICE := /usr/sbin/policy-rc.d
AT_BOOT := /etc/systemd/system/multi-user.target.wants/prometheus-alertmanager.service
CREATE_CONF := /etc/postgresql-common/createcluster.conf
NO_CLUSTER := /etc/postgresql-common/createcluster.d/evenhand.conf
define install
@missing=; for p in $(1); do \
  dpkg-query -W -f='$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || \
  command -v $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
[ -n "$$missing" ] || exit 0; \
if [ "$$(id -u)" -eq 0 ]; then as=env; \
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then as="sudo env"; \
else echo "make: packages are missing, and only root may install them" >&2; \
  echo "hint: apt-get install --no-install-recommends$$missing" >&2; exit 3; fi; \
apt="$$as DEBIAN_FRONTEND=noninteractive $(APT_GET) -q -y --no-install-recommends"; \
echo "installing:$$missing"; \
apt-cache show $$missing >/dev/null 2>&1 || $$as $(APT_GET) -q update >&2 || exit 3; \
case "$$missing" in *" postgresql-"*) \
  $$apt install postgresql-common >&2 || exit 3; \
  trap "$$as rm -f $(NO_CLUSTER)" EXIT; trap 'exit 3' INT TERM; \
  $$as mkdir -p $(dir $(NO_CLUSTER)); \
  echo 'create_main_cluster = false' | $$as tee $(NO_CLUSTER) >/dev/null; \
  [ "$$(pg_conftool -bs $(CREATE_CONF) show create_main_cluster)" = off ] || { \
    echo "make: $(CREATE_CONF) would start a system cluster" >&2; \
    echo "hint: set create_main_cluster = false in it, and run make again" >&2; exit 3; };; \
esac; \
case "$$missing" in *alertmanager*) [ -e $(NO_SERVICE) ] || { \
  trap "$$as rm -f $(NO_SERVICE) $(NO_CLUSTER)" EXIT; trap 'exit 3' INT TERM; \
  printf '#!/bin/sh\nexit 101\n' | $$as tee $(NO_SERVICE) >/dev/null && $$as chmod 755 $(NO_SERVICE); };; \
esac; \
$$apt install $$missing >&2 || exit 3; \
case "$$missing" in *alertmanager*) $$as rm -f $(AT_BOOT);; esac
endef

deps-run: ## install what building and running need (apt, as root or with sudo)
	$(call install,$(APT_BUILD) $(APT_RUN))

deps-test: ## install what the tests need besides
	$(call install,$(APT_BUILD) $(APT_RUN) $(APT_TEST))

# ---- generated: SQL statements, embedded files --------------------------------

GEN_H := $(SQL_ROOMS:%=$(O)/gen/%/sql.h)

$(O)/gen/%/sql.h $(O)/gen/%/sql.c: src/pg/embed_sql.awk $(SQL)
	@mkdir -p $(@D)
	@awk -v room=$* -v header=$(O)/gen/$*/sql.h -f src/pg/embed_sql.awk $(sort $(wildcard src/$*/*.sql)) >$(O)/gen/$*/sql.c

$(O)/gen/pg_sql_all.c: $(GEN_H)
	@mkdir -p $(@D)
	@{ echo '#include <stddef.h>'; echo '#include "pg/sql.h"'; \
	  cat $(GEN_H) /dev/null | sed -n 's/^extern const struct eh_pg_sql \(eh_sql_[a-z0-9_]*\);/extern const struct eh_pg_sql \1;/p'; \
	  echo 'const struct eh_pg_sql *const eh_pg_sql_all[] = {'; \
	  cat $(GEN_H) /dev/null | sed -n 's/^extern const struct eh_pg_sql \(eh_sql_[a-z0-9_]*\);/	\&\1,/p'; \
	  echo '	NULL};'; } >$@

$(O)/gen/assets.S: $(ASSETS) src/base/embed_assets.sh
	@mkdir -p $(@D)
	@sh src/base/embed_assets.sh $(ASSETS) >$@

$(O)/gen/assets.o: $(O)/gen/assets.S $(ASSETS)
	@$(CC) -c -o $@ $<

$(O)/gen/%.o: $(O)/gen/%.c
	@$(CC) $(CFLAGS_ALL) -c -o $@ $<

$(O)/%.o: %.c | $(GEN_H)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

-include $(shell find $(O) -name '*.d' 2>/dev/null)

# ---- tests ---------------------------------------------------------------------

$(O)/tests/%_test: $(O)/tests/%_test.o $(O)/libevenhand-tests.a $(O)/libevenhand.a $(O)/libevenhand-stats.a
	@$(CC) $(OPT) $(LINKHARD) -o $@ $^ -lcmocka $(LIBS)

$(O)/libevenhand-tests.a: $(TEST_LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

unit-programs: $(UNIT) $(O)/evenhand-faults $(O)/tests/faults/proxy $(O)/tests/scenarios/reading $(O)/tests/calibrate/calibrate

$(O)/tests/scenarios/reading: $(O)/tests/scenarios/reading.o $(O)/libevenhand-tests.a
	@$(CC) $(OPT) $(LINKHARD) -o $@ $< $(O)/libevenhand-tests.a

$(O)/tests/faults/proxy: $(O)/tests/faults/proxy.o
	@$(CC) $(OPT) $(LINKHARD) -o $@ $<

# Each of these ends with `N passed, N failed, N skipped`; logs are in build/test-logs.
MANY := $(MAKE) -j$(shell nproc 2>/dev/null || echo 2) --no-print-directory

test: deps-test ## install what the tests need, and run them all but the long ones
	@$(MANY) all unit-programs
	@$(MANY) SAN=asan unit-programs
	@tests/run.sh -b $(B) faults web demo real lint calibrate vectors unit asan scenarios

check: need-build ## run what needs no database: the rules of the house and the quick tests
	@$(MANY) all unit-programs
	@tests/run.sh -b $(B) lint vectors quick

lint: all ## hold the rules of the house: floors, names, words, sizes
	@tests/run.sh -b $(B) lint

faults: all $(O)/evenhand-faults $(O)/tests/faults/proxy ## kill everything at every moment
	@FAULTS_LONG=1 TEST_SECONDS=3600 tests/run.sh -b $(B) -j 1 faults; code=$$?; \
	tests/faults/table.sh $(B)/test-logs && exit $$code

scenarios: all ## run tests/scenarios and tests/real alone
	@tests/run.sh -b $(B) scenarios real

STATS_BENCH := $(O)/tests/bench/stats_bench
BENCH := $(filter-out $(STATS_BENCH),$(patsubst %.c,$(O)/%,$(wildcard tests/bench/*_bench.c)))

bench: all $(BENCH) ## measure speed and memory, and print the table
	@for program in $(BENCH); do echo "== $$(basename $$program)"; $$program || exit 1; done
	@for script in $(wildcard tests/bench/*.sh); do echo "== $$(basename $$script)"; $$script $(O)/evenhand || exit 1; done

bench-stats: all $(STATS_BENCH) ## measure each statistic beside GSL, R and scipy, where they are there
	@tests/bench/stats/compare.sh $(STATS_BENCH) $(O)/evenhand

$(O)/tests/bench/%_bench: $(O)/tests/bench/%_bench.o $(O)/libevenhand-tests.a $(O)/libevenhand.a $(O)/libevenhand-stats.a
	@$(CC) $(OPT) $(LINKHARD) -o $@ $^ -lcmocka $(LIBS)

# ---- years of hourly looks, on the alarm's own code ---

CALIBRATE := $(O)/tests/calibrate/calibrate

calibrate: all $(CALIBRATE) ## let the alarm watch years of invented decisions, and hold it to its promises
	@$(CALIBRATE)

$(CALIBRATE): $(patsubst %.c,$(O)/%.o,$(wildcard tests/calibrate/*.c)) $(O)/libevenhand.a $(O)/libevenhand-stats.a
	@$(CC) $(OPT) $(LINKHARD) -o $@ $^ $(LIBS)

# ---- fuzzing: each tests/fuzz/NAME_fuzz.c from the seeds in tests/fuzz/seeds/NAME, $(FUZZ_S) seconds ---

FUZZ_S ?= 20
FUZZ := $(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/*_fuzz.c))

$(O)/tests/fuzz/%_fuzz: $(O)/tests/fuzz/%_fuzz.o $(O)/libevenhand.a $(O)/libevenhand-stats.a
	@$(CC) $(OPT) -fsanitize=fuzzer $(LINKHARD) -o $@ $^ $(LIBS)

fuzz-programs: $(FUZZ)

fuzz: ## throw random bytes at every reader of bytes, FUZZ_S seconds each
	@$(MAKE) SAN=fuzz fuzz-programs
	@for program in $(FUZZ:$(O)/%=$(B)/fuzz/%); do \
	  name=$$(basename $$program _fuzz); found=$(B)/fuzz/found/$$name; mkdir -p $$found; echo "fuzz $$name"; \
	  $$program -max_total_time=$(FUZZ_S) -timeout=10 -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix=$$found/ $$found $$(ls -d tests/fuzz/seeds/$$name 2>/dev/null) >$$found.log 2>&1 || \
	    { cat $$found.log; exit 1; }; grep number_of_executed_units $$found.log; done

# ---- using it --------------------------------------------------------------------

demo: deps-run ## install what is missing, build, and show a year of an invented insurer
	@$(MANY) all
	@$(O)/evenhand demo

DESTDIR ?=
PREFIX ?= /usr/local
DOC := $(DESTDIR)$(PREFIX)/share/doc/evenhand

install: all ## install the program and its examples under PREFIX (default /usr/local)
	install -D -m 755 $(O)/evenhand $(DESTDIR)$(PREFIX)/bin/evenhand
	for f in README.md LICENSE $$(find docs examples dashboards/prometheus -name '*.md' -o -name '*.yaml' -o -name '*.yml' -o -name '*.png' -o -name '*.service' -o -name '*.timer'); do \
	  install -D -m 644 $$f $(DOC)/$$f || exit 1; done

.SECONDARY:
.PHONY: test check lint faults scenarios bench bench-stats calibrate demo install all need-build deps-run deps-test stats unit-programs fuzz fuzz-programs help clean

clean: ## remove everything that was built
	rm -rf $(B)

help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "  make %-11s %s\n", $$1, $$2}'
