#!/usr/bin/env bash
# Installs what dictation needs and the machine lacks; silent when nothing does.
#
#   deploy/setup.sh            PostgreSQL, pocketsphinx with its English model, ffmpeg,
#                              and what speech models are made with: espeak-ng and
#                              flite (how words sound), sphinx_lm_convert; npm,
#                              which fetches what the pages are bundled from
#   deploy/setup.sh --test     also Chromium for the tests of the pages, and a C
#                              compiler, which Go's race detector links with, and
#                              python3-hl7, a receiver of HL7 of other makers,
#                              pdftotext, OpenSSH's sftp-server,
#                              and FHIR validators of other makers (by npm)
#   deploy/setup.sh --check    installs nothing, names what is missing, exit 1 if so
#
# Debian and Ubuntu: apt, as root or through sudo. macOS: brew. Elsewhere it
# names what is missing. No running service is started and no installed package
# is brought to another version on purpose.
set -euo pipefail

go_minimum=1.26
check=no
tests=no

say() { printf '%s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# any_file is true when one of the paths, after the shell expanded them, is there.
any_file() {
	local path
	for path in "$@"; do
		[ -e "$path" ] && return 0
	done
	return 1
}

have_postgres() {
	have initdb || any_file /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb \
		/opt/homebrew/opt/postgresql*/bin/initdb /usr/local/opt/postgresql*/bin/initdb \
		/home/linuxbrew/.linuxbrew/opt/postgresql*/bin/initdb
}

# Newer releases call their program otherwise and speak otherwise.
have_recogniser() { have pocketsphinx_continuous; }

have_model() {
	any_file /usr/share/pocketsphinx/model/en-us /usr/local/share/pocketsphinx/model/en-us \
		/opt/homebrew/share/*pocketsphinx/model/en-us /usr/local/share/*pocketsphinx/model/en-us
}

# Either of espeak-ng and flite reads words; both together read better. The
# converter only makes the engine start faster. On macOS the first is enough.
on_mac() { [ "$(uname)" = Darwin ]; }

have_npm() { have node && have npm; }

have_browser() {
	any_file /usr/lib/chromium/chromium "/Applications/Google Chrome.app" /Applications/Chromium.app ||
		have chromium || have google-chrome || have google-chrome-stable
}

have_compiler() { have "$(go env CC)" && any_file /usr/include/stdlib.h /Library/Developer/CommandLineTools /Applications/Xcode.app; }

# On macOS its test does not run.
have_receiver() { on_mac || /usr/bin/python3 -c 'import hl7.mllp' 2>/dev/null; }

have_sftp() { any_file /usr/lib/openssh/sftp-server /usr/libexec/sftp-server /usr/lib/ssh/sftp-server /usr/libexec/openssh/sftp-server; }

validators=$(dirname "$0")/../pipeline/record/fhir/testdata/validator

# want_validators is true when there is nothing to fetch for the tests.
want_validators() { [ "$tests" = no ] || [ "$validators/node_modules/.package-lock.json" -nt "$validators/package-lock.json" ]; }

# They are other people's code and belong to no system: npm puts them beside the
# test that asks them, as the lock file names them.
fetch_validators() {
	[ "$check" = yes ] || want_validators || {
		(cd "$validators" && npm ci --silent --ignore-scripts)
		touch "$validators/node_modules/.package-lock.json"
	}
}

# missing prints the names of missing parts; in_words explains them.
missing() {
	have_postgres || echo postgres
	have_recogniser || echo recogniser
	have_model || echo model
	have ffmpeg || echo ffmpeg
	have espeak-ng || echo espeak-ng
	have t2p || on_mac || echo flite
	have sphinx_lm_convert || on_mac || echo converter
	have_npm || echo npm
	[ "$tests" = no ] || have_browser || echo browser
	[ "$tests" = no ] || have_compiler || echo compiler
	[ "$tests" = no ] || have_receiver || echo receiver
	[ "$tests" = no ] || have pdftotext || echo pdftotext
	[ "$tests" = no ] || have_sftp || echo sftp
}

in_words() {
	case $1 in
	postgres) echo "the PostgreSQL server (initdb and postgres)" ;;
	recogniser) echo "the speech engine pocketsphinx (its program pocketsphinx_continuous)" ;;
	model) echo "pocketsphinx's English model (en-us)" ;;
	ffmpeg) echo "ffmpeg" ;;
	espeak-ng) echo "espeak-ng, which tells how words sound" ;;
	flite) echo "flite (its program t2p), which tells how words sound" ;;
	converter) echo "sphinx_lm_convert, with which speech models load faster" ;;
	npm) echo "Node with npm, which fetches the editor that the pages are bundled with" ;;
	browser) echo "Chromium, for the tests of the pages" ;;
	compiler) echo "a C compiler with its headers, for the tests with the race detector" ;;
	validators) echo "FHIR validators of other makers, which npm fetches for a test" ;;
	pdftotext) echo "pdftotext (of poppler), which reads printed notes for a test" ;;
	sftp) echo "OpenSSH's sftp-server, which a test delivers to" ;;
	receiver) echo "python3-hl7, the HL7 receiver of other makers that a test sends to" ;;
	esac
}

debian_package() {
	case $1 in
	postgres) echo postgresql ;;
	recogniser) echo pocketsphinx ;;
	model) echo pocketsphinx-en-us ;;
	converter) echo sphinxbase-utils ;;
	npm) printf '%s\n' nodejs npm ;;
	browser) echo chromium ;;
	compiler) printf '%s\n' gcc libc6-dev ;;
	receiver) echo python3-hl7 ;;
	pdftotext) echo poppler-utils ;;
	sftp) echo openssh-sftp-server ;;
	*) echo "$1" ;;
	esac
}

brew_package() {
	case $1 in
	postgres) echo postgresql@17 ;;
	recogniser | model) echo cmu-pocketsphinx ;;
	npm) echo node ;;
	browser) echo google-chrome ;;
	compiler) echo gcc ;;
	pdftotext) echo poppler ;;
	*) echo "$1" ;;
	esac
}

# each applies a function to every following word and joins the answers, once each.
each() {
	local name=$1 word
	shift
	for word in "$@"; do "$name" "$word"; done | sort -u | tr '\n' ' ' | sed 's/ $//'
}

check_go() {
	local found
	if ! have go; then
		say "Go is missing. Install Go $go_minimum or newer from https://go.dev/dl/ and run this again."
		exit 1
	fi
	# In the module's folder an older Go fetches the one it needs, if it may.
	if ! found=$(cd "$(dirname "$0")/.." && go env GOVERSION 2>&1); then
		say "Go $go_minimum or newer is needed, and this one cannot fetch it: $found"
		say "Install a newer Go from https://go.dev/dl/ and run this again."
		exit 1
	fi
	if [ "$(printf '%s\n' "$go_minimum" "${found#go}" | sort -V | head -n 1)" != "$go_minimum" ]; then
		say "Go $go_minimum or newer is needed, this is ${found#go}. Install a newer Go from https://go.dev/dl/ and run this again."
		exit 1
	fi
}

# as_root runs a command as root, or says how to and ends.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
		sudo "$@"
	else
		say "This needs root, and sudo is not there or asks for a password. As root, run:"
		say "  apt-get update && apt-get install --no-install-recommends $apt_packages"
		say "and then this again."
		exit 1
	fi
}

# keep_postgres_quiet has a new PostgreSQL package make no cluster of its own:
# dictation runs a private one. Settings that are there already stay.
keep_postgres_quiet() {
	local settings=/etc/postgresql-common/createcluster.conf
	[ -e "$settings" ] && return
	as_root mkdir -p "${settings%/*}"
	as_root sh -c "echo 'create_main_cluster = false' >$settings"
}

# known is true when apt knows a version of every package.
known() {
	local package
	for package in "$@"; do
		LC_ALL=C apt-cache policy "$package" 2>/dev/null | grep 'Candidate: [^(]' >/dev/null || return 1
	done
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
		--no-install-recommends --no-upgrade --no-remove \
		-o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 "$@"
}

apt_update() { as_root apt-get update -q -o DPkg::Lock::Timeout=300; }

install_apt() {
	apt_packages=$(each debian_package "$@")
	say "Installing $apt_packages"
	# shellcheck disable=SC2086 # a list of words
	set -- $apt_packages
	case " $apt_packages " in *" postgresql "*) keep_postgres_quiet ;; esac
	known "$@" || apt_update
	if ! known "$@"; then
		say "This system's package sources have no: $(for p in "$@"; do known "$p" || echo "$p"; done | tr '\n' ' ')"
		say "Install them another way and run this again."
		exit 1
	fi
	# Lists that are older than the servers' packages name files that are gone.
	apt_install "$@" || { apt_update && apt_install "$@"; }
}

install_brew() {
	local formulas casks
	formulas=$(each brew_package "$@" | sed 's/google-chrome//')
	say "Installing $(each brew_package "$@")"
	# shellcheck disable=SC2086 # lists of words
	[ -z "${formulas// /}" ] || HOMEBREW_NO_INSTALLED_DEPENDENTS_CHECK=1 HOMEBREW_NO_INSTALL_UPGRADE=1 brew install $formulas
	casks=$(each brew_package "$@" | grep -o google-chrome || true)
	[ -z "$casks" ] || brew install --cask "$casks"
}

name_missing() {
	local part
	say "Missing on this machine:"
	for part in "$@"; do say "  - $(in_words "$part")"; done
}

main() {
	local argument parts
	for argument in "$@"; do
		case $argument in
		--check) check=yes ;;
		--test) tests=yes ;;
		*)
			say "usage: deploy/setup.sh [--check] [--test]"
			exit 2
			;;
		esac
	done
	check_go
	parts=$(missing)
	if [ "$check" = yes ]; then
		want_validators || parts="$parts validators"
	fi
	if [ -z "$parts" ]; then
		fetch_validators
		exit 0
	fi
	# shellcheck disable=SC2086 # a list of words
	set -- $parts
	if [ "$check" = yes ]; then
		name_missing "$@"
		exit 1
	fi
	if have apt-get; then
		install_apt "$@"
	elif [ "$(uname)" = Darwin ] && have brew; then
		install_brew "$@"
	else
		name_missing "$@"
		say "This script installs with apt (Debian, Ubuntu) or brew (macOS) only; install them with your system's tools and run this again."
		exit 1
	fi
	parts=$(missing)
	if [ -n "$parts" ]; then
		# shellcheck disable=SC2086 # a list of words
		name_missing $parts
		say "They were installed but cannot be found; please report this."
		exit 1
	fi
	fetch_validators
}

main "$@"
