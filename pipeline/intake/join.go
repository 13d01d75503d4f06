package intake

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"sort"
	"sync"

	"dictation/pipeline"
	"dictation/pipeline/blob"
)

// piece is a stretch of a chunk, in bytes.
type piece struct {
	chunk    pipeline.Chunk
	from, to int64
}

// pieces finds in which chunks the stretches lie; both count bytes.
func pieces(chunks []pipeline.Chunk, stretches []pipeline.Stretch) (out []piece) {
	ends := make([]int64, len(chunks)) // of each chunk in the whole
	at := int64(0)
	for i, c := range chunks {
		at += c.Size
		ends[i] = at
	}
	for _, s := range stretches {
		for i := sort.Search(len(ends), func(i int) bool { return ends[i] > s.From }); i < len(ends) && s.From < s.To; i++ {
			start := ends[i] - chunks[i].Size
			to := min(s.To, ends[i])
			out = append(out, piece{chunks[i], s.From - start, to - start})
			s.From = to
		}
	}
	return out
}

// ahead is how many chunks are fetched before they are read: the store answers
// one after the other much slower than several at once.
const ahead = 4

// join reads the pieces one after the other. Close it.
func (in *Intake) join(ctx context.Context, recording string, list []piece) *joined {
	ctx, cancel := context.WithCancel(ctx)
	j := &joined{ctx: ctx, cancel: cancel, coming: make(chan chan fetched, ahead)}
	j.running.Go(func() {
		defer close(j.coming)
		for _, p := range list {
			answer := make(chan fetched, 1)
			select {
			case j.coming <- answer:
			case <-ctx.Done():
				return
			}
			j.running.Go(func() {
				b, err := in.fetch(ctx, recording, p)
				answer <- fetched{b, err}
			})
		}
	})
	return j
}

// fetched is a piece's bytes, or why they could not be had.
type fetched struct {
	bytes []byte
	err   error
}

// fetch reads a chunk, checks that it is as it came, and cuts the piece out.
func (in *Intake) fetch(ctx context.Context, recording string, p piece) ([]byte, error) {
	r, err := in.blob.Read(ctx, blob.ChunkKey(recording, p.chunk.N, p.chunk.SHA256))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, p.chunk.Size)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, fmt.Errorf("read chunk %d: %w", p.chunk.N, err)
	}
	if hexSum(b) != p.chunk.SHA256 {
		return nil, fmt.Errorf("chunk %d of recording %s is not as it came", p.chunk.N, recording)
	}
	return b[p.from:p.to], nil
}

type joined struct {
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	coming  chan chan fetched
	rest    []byte
}

// Close ends the fetching and waits for it.
func (j *joined) Close() { j.cancel(); j.running.Wait() }

// Read implements io.Reader.
func (j *joined) Read(p []byte) (int, error) {
	for len(j.rest) == 0 {
		answer, more := <-j.coming
		if !more {
			if err := j.ctx.Err(); err != nil {
				return 0, err
			}
			return 0, io.EOF
		}
		f := <-answer
		if f.err != nil {
			return 0, f.err
		}
		j.rest = f.bytes
	}
	n := copy(p, j.rest)
	j.rest = j.rest[n:]
	return n, nil
}

// proved reads r and, at its end, refuses bytes of another SHA-256.
type proved struct {
	r    io.Reader
	want string
	hash hash.Hash
}

// Read implements io.Reader.
func (p *proved) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.hash.Write(b[:n])
	if err == io.EOF {
		if bad := differs(hex.EncodeToString(p.hash.Sum(nil)), p.want); bad != nil {
			return n, bad
		}
	}
	return n, err
}
