#!/bin/sh
# A recogniser for the command engine: recognise.sh FILE.wav
# It has Pocketsphinx listen and writes its words as JSON.
heard=$(pocketsphinx_continuous -infile "$1" -time yes 2>/dev/null) || {
	echo "pocketsphinx_continuous failed" >&2
	exit 1
}
printf '%s\n' "$heard" | awk '
	BEGIN { printf "{\"words\": [" }
	# word start end confidence; what is in brackets or ++ is no word
	NF == 4 && $2 ~ /^[0-9.]+$/ && $1 !~ /^[<\[+]/ {
		sub(/\([0-9]+\)$/, "", $1)
		printf "%s\n{\"text\": \"%s\", \"start\": %s, \"end\": %s, \"confidence\": %s}", sep, $1, $2, $3, ($4 > 1 ? 1 : $4)
		sep = ","
	}
	END { print "]}" }'
