package audio

import (
	"bufio"
	"io"
)

const (
	id3Header = 10
	id3Most   = 4 // tags one after the other that are gone over
)

// id3 is the length of the ID3v2 tag that b begins with (id3.org, ID3v2.4
// section 3), 0 where there is none. It is below 256 MiB and a bit.
func id3(b []byte) int64 {
	if len(b) < id3Header || string(b[:3]) != "ID3" || b[3] >= 16 || b[4] == 0xff {
		return 0
	}
	size := int64(id3Header)
	for i, c := range b[6:id3Header] {
		if c&0x80 != 0 {
			return 0
		}
		size += int64(c) << (21 - 7*i)
	}
	if b[5]&0x10 != 0 {
		size += id3Header // a footer
	}
	return size
}

// afterTags is what follows the tags at the beginning of head, and how many
// there are. It is empty where one goes beyond head.
func afterTags(head []byte) (rest []byte, tags int) {
	rest = head[:min(len(head), HeadBytes)]
	for tags < id3Most {
		n := id3(rest)
		if n == 0 {
			break
		}
		rest = rest[min(n, int64(len(rest))):]
		tags++
	}
	return rest, tags
}

// Tagged says that head begins with an ID3 tag that goes beyond it. [Sniff]
// calls that MP3, which it mostly is; [Open] and [Convert] look behind the tag,
// and their error tells a decoder as for any other file.
func Tagged(head []byte) bool {
	rest, tags := afterTags(head)
	return tags > 0 && len(rest) == 0
}

// behindTag tells what follows a tag. Only these three are seen there; what is
// anything else an MP3 decoder will find out.
func behindTag(b []byte) Kind {
	switch {
	case matches(b, "fLaC"):
		return FLAC
	case adts(b):
		return AAC
	}
	return MP3
}

// skipTags goes over ID3 tags and tells what is behind them; Unknown: there
// was no tag. It believes no length: a tag that never ends is the end of the
// file.
func skipTags(br *bufio.Reader) (Kind, error) {
	for tags := range id3Most + 1 {
		head, err := br.Peek(id3Header)
		if err != nil && err != io.EOF {
			return Unknown, err
		}
		n := id3(head)
		if n == 0 || tags == id3Most {
			if tags == 0 {
				return Unknown, nil
			}
			return behindTag(head), nil
		}
		if _, err := br.Discard(int(n)); err != nil {
			return MP3, tagOnly(err)
		}
	}
	return MP3, nil
}

// tagOnly is the answer to a file that ends within a tag. A decoder may know
// better where the tag ends.
func tagOnly(err error) error {
	if err != io.EOF {
		return err
	}
	return leave(MP3, ErrTruncated, "The recording was cut off before the sound begins. Please send it again from the recorder.")
}
