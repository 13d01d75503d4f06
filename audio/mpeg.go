package audio

import "bytes"

// mpegFrame recognises an MPEG audio frame header without reserved values.
func mpegFrame(b []byte) bool {
	return len(b) >= 4 && b[0] == 0xff && b[1]&0xe0 == 0xe0 &&
		b[1]>>3&3 != 1 && b[1]>>1&3 != 0 && b[2]>>4 != 15 && b[2]>>2&3 != 3
}

// Bit rates of MPEG audio in kbit/s (ISO/IEC 11172-3 and 13818-3, 2.4.2.3):
// layers I, II, III of MPEG-1, then layer I and the others of the lower rates.
var mpegRates = [5][15]int{
	{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// mpegLength is the length in bytes of the frame whose header b is; 0 where
// the header does not tell (free format).
func mpegLength(b []byte) int {
	version, layer := b[1]>>3&3, 4-int(b[1]>>1&3) // version 3 is MPEG-1, 2 MPEG-2, 0 MPEG-2.5
	rate := [3]int{44100, 48000, 32000}[b[2]>>2&3]
	row := layer - 1
	switch version {
	case 2:
		rate, row = rate/2, min(3+row, 4)
	case 0:
		rate, row = rate/4, min(3+row, 4)
	}
	bits, pad := mpegRates[row][b[2]>>4]*1000, int(b[2]>>1&1)
	switch {
	case layer == 1:
		return (12*bits/rate + pad) * 4
	case layer == 3 && version != 3:
		return 72*bits/rate + pad
	}
	return 144*bits/rate + pad
}

// mpegChain is how many frames must follow each other to be taken for MP3
// where something else is before them: by chance it happens once in 2^30 places.
const mpegChain = 3

// mpegBehindJunk looks for MP3 behind zeros or garbage: a few frames of one
// kind, each exactly behind the other. It looks at each byte a few times at most.
func mpegBehindJunk(b []byte) bool {
	for {
		i := bytes.IndexByte(b, 0xff)
		if i < 0 {
			return false
		}
		if b = b[i:]; chained(b) {
			return true
		}
		b = b[1:]
	}
}

// chained says that b begins with frames of the same version, layer and rate.
func chained(b []byte) bool {
	first := b
	for range mpegChain {
		if !mpegFrame(b) || b[1]&0xfe != first[1]&0xfe || b[2]&0x0c != first[2]&0x0c {
			return false
		}
		n := mpegLength(b)
		if n < 4 || n > len(b) {
			return false
		}
		b = b[n:]
	}
	return true
}
