package audio

import "encoding/binary"

// crc8 is FLAC's check of a frame header: polynomial x⁸+x²+x+1 (RFC 9639 section 9.1.8).
func crc8(b []byte) (c byte) {
	for _, v := range b {
		c ^= v
		for range 8 {
			c = c<<1 ^ c>>7*0x07
		}
	}
	return c
}

// crc16Tables are for polynomial x¹⁶+x¹⁵+x²+1: table k is for a byte that k others follow.
var crc16Tables = func() (t [4][256]uint16) {
	for i := range 256 {
		c := uint16(i) << 8
		for range 8 {
			c = c<<1 ^ c>>15*0x8005
		}
		t[0][i] = c
	}
	for k := 1; k < 4; k++ {
		for i := range 256 {
			c := t[k-1][i]
			t[k][i] = c<<8 ^ t[0][c>>8]
		}
	}
	return t
}()

// crc16 is FLAC's check of a frame (RFC 9639 section 9.3), four bytes at a time.
func crc16(b []byte) (c uint16) {
	t := &crc16Tables
	for ; len(b) >= 4; b = b[4:] {
		c = t[3][b[0]^byte(c>>8)] ^ t[2][b[1]^byte(c)] ^ t[1][b[2]] ^ t[0][b[3]]
	}
	for _, v := range b {
		c = c<<8 ^ t[0][byte(c>>8)^v]
	}
	return c
}

// oggTables are for Ogg's check of a page: the polynomial of Ethernet without
// its reflection (RFC 3533 section 6). Table k is for a byte that k others follow.
var oggTables = func() (t [8][256]uint32) {
	for i := range 256 {
		c := uint32(i) << 24
		for range 8 {
			c = c<<1 ^ c>>31*0x04c11db7
		}
		t[0][i] = c
	}
	for k := 1; k < 8; k++ {
		for i := range 256 {
			c := t[k-1][i]
			t[k][i] = c<<8 ^ t[0][c>>24]
		}
	}
	return t
}()

// oggCRC continues the check c over b, eight bytes at a time.
func oggCRC(c uint32, b []byte) uint32 {
	t := &oggTables
	for ; len(b) >= 8; b = b[8:] {
		c ^= binary.BigEndian.Uint32(b)
		c = t[7][byte(c>>24)] ^ t[6][byte(c>>16)] ^ t[5][byte(c>>8)] ^ t[4][byte(c)] ^
			t[3][b[4]] ^ t[2][b[5]] ^ t[1][b[6]] ^ t[0][b[7]]
	}
	for _, v := range b {
		c = c<<8 ^ t[0][byte(c>>24)^v]
	}
	return c
}
