package audio

import "fmt"

// CanonicalHead is the WAV header of a canonical recording of n samples, 44
// bytes; the samples follow it, little-endian.
func CanonicalHead(n int64) ([]byte, error) {
	if n < 0 || n > maxCanonical {
		return nil, fmt.Errorf("a recording of %d samples does not fit into a WAV file", n)
	}
	return canonicalHead(n), nil
}
