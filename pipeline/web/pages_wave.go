package web

import (
	"context"
	"math"
	"strconv"
	"strings"

	"dictation/audio"
	"dictation/pipeline"
)

// The size of a drawn waveform, in its own units.
const (
	waveColumns = 1000
	waveHeight  = 120
)

// wave is a waveform as the path of an SVG drawing.
type wave struct {
	Path          string
	Width, Height int
}

// wave draws the recording's peaks, one stroke a column.
func (s *Server) wave(ctx context.Context, d pipeline.Dictation) (wave, error) {
	out := wave{Width: waveColumns, Height: waveHeight}
	r, err := s.Blob.Read(ctx, d.Sound.PeaksKey)
	if err != nil {
		return out, err
	}
	defer r.Close()
	peaks, err := audio.ReadPeaks(r)
	if err != nil {
		return out, err
	}
	out.Path = strokes(peaks)
	return out, nil
}

// strokes is the loudest of each column as a stroke around the middle. The
// square root keeps quiet speech visible.
func strokes(p audio.Peaks) string {
	pairs := len(p.Pairs) / 2
	full := math.Exp2(float64(p.Bits - 1))
	var b strings.Builder
	for x := range min(waveColumns, pairs) {
		from, to := x*pairs/waveColumns, (x+1)*pairs/waveColumns
		if pairs < waveColumns {
			from, to = x, x+1
		}
		loud := 0.0
		for _, v := range p.Pairs[2*from : 2*max(to, from+1)] {
			loud = max(loud, math.Abs(float64(v)))
		}
		half := max(1, int(math.Sqrt(loud/full)*(waveHeight/2-2)))
		at := x
		if pairs < waveColumns {
			at = x * waveColumns / pairs
		}
		b.WriteString("M" + strconv.Itoa(at) + " " + strconv.Itoa(waveHeight/2-half) + "v" + strconv.Itoa(2*half))
	}
	return b.String()
}
