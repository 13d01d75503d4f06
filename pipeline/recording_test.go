package pipeline_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dictation/pipeline"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	const a, i, o = pipeline.Append, pipeline.Insert, pipeline.Overwrite
	for name, c := range map[string]struct {
		takes []pipeline.Take
		total int64
		want  []pipeline.Stretch
	}{
		"no takes":             {nil, 10, []pipeline.Stretch{{0, 10}}},
		"nothing spoken":       {nil, 0, nil},
		"append":               {[]pipeline.Take{{a, 0, 0}, {a, 3, 6}}, 10, []pipeline.Stretch{{0, 6}, {6, 10}}},
		"insert":               {[]pipeline.Take{{a, 0, 0}, {i, 2, 6}}, 10, []pipeline.Stretch{{0, 2}, {6, 10}, {2, 6}}},
		"insert at the start":  {[]pipeline.Take{{a, 0, 0}, {i, 0, 6}}, 10, []pipeline.Stretch{{6, 10}, {0, 6}}},
		"overwrite":            {[]pipeline.Take{{a, 0, 0}, {o, 1, 6}}, 8, []pipeline.Stretch{{0, 1}, {6, 8}, {3, 6}}},
		"overwrite past end":   {[]pipeline.Take{{a, 0, 0}, {o, 4, 6}}, 12, []pipeline.Stretch{{0, 4}, {6, 12}}},
		"overwrite an insert":  {[]pipeline.Take{{a, 0, 0}, {i, 2, 4}, {o, 1, 6}}, 8, []pipeline.Stretch{{0, 1}, {6, 8}, {5, 6}, {2, 4}}},
		"a take not come in":   {[]pipeline.Take{{a, 0, 0}, {i, 2, 6}}, 5, []pipeline.Stretch{{0, 5}}},
		"a take without sound": {[]pipeline.Take{{a, 0, 0}, {i, 2, 6}, {a, 0, 6}}, 7, []pipeline.Stretch{{0, 6}, {6, 7}}},
	} {
		got, err := pipeline.Edit(c.takes, c.total)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v, %v", name, got, c.want, err)
		}
	}
	for name, takes := range map[string][]pipeline.Take{
		"no mode":           {{"", 0, 0}},
		"begins late":       {{a, 0, 1}},
		"goes back":         {{a, 0, 0}, {a, 0, 5}, {a, 0, 4}},
		"behind the end":    {{a, 0, 0}, {i, 6, 5}},
		"before the start":  {{a, 0, 0}, {i, -1, 5}},
		"too many of them":  slices.Repeat([]pipeline.Take{{a, 0, 0}}, pipeline.MaxTakes+1),
		"beyond all bounds": {{a, 0, 0}, {a, 0, 1 << 40}},
	} {
		if got, err := pipeline.Edit(takes, 10); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// Editing the list of stretches gives what editing the sound itself gives.
func TestEditIsAsEditingTheSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var takes []pipeline.Take
		var sound []int64 // what is heard: each sample is its own number
		spoken := int64(0)
		for range rapid.IntRange(0, 12).Draw(t, "takes") {
			at := rapid.IntRange(0, len(sound)).Draw(t, "at")
			mode := rapid.SampledFrom([]pipeline.TakeMode{pipeline.Append, pipeline.Insert, pipeline.Overwrite}).Draw(t, "mode")
			take := make([]int64, rapid.IntRange(0, 20).Draw(t, "length"))
			for i := range take {
				take[i] = spoken + int64(i)
			}
			takes = append(takes, pipeline.Take{Mode: mode, At: int64(at), From: spoken})
			switch mode {
			case pipeline.Append:
				sound = append(sound, take...)
			case pipeline.Insert:
				sound = slices.Insert(sound, at, take...)
			case pipeline.Overwrite:
				sound = slices.Concat(sound[:at], take, sound[min(len(sound), at+len(take)):])
			}
			spoken += int64(len(take))
		}
		heard, err := pipeline.Edit(takes, spoken)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, s := range heard {
			for n := s.From; n < s.To; n++ {
				got = append(got, n)
			}
		}
		if !slices.Equal(got, sound) || pipeline.Samples(heard) != int64(len(sound)) {
			t.Fatalf("%v gives %v, want %v", takes, got, sound)
		}
	})
}

func TestMissing(t *testing.T) {
	t.Parallel()
	has := []pipeline.Chunk{{N: 1}, {N: 2}, {N: 5}, {N: 9}}
	for _, c := range []struct {
		n, limit int
		want     []int
	}{{0, 9, nil}, {3, 9, []int{0}}, {6, 9, []int{0, 3, 4}}, {8, 9, []int{0, 3, 4, 6, 7}}, {8, 2, []int{0, 3}}} {
		if got := pipeline.Missing(has, c.n, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("of %d: %v, want %v", c.n, got, c.want)
		}
	}
}

func TestParseDigest(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("x"))
	right := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	for _, field := range []string{right, " " + right + " ", "sha-512=:AAAA:, " + right, right + ";a=1", "md5=:AAAA:," + right} {
		if got, err := pipeline.ParseDigest(field); err != nil || got != hex.EncodeToString(sum[:]) {
			t.Errorf("%q: %q, %v", field, got, err)
		}
	}
	for _, field := range []string{"", "sha-256", "sha-256=", "sha-256=::", "sha-256=:AAAA:", strings.TrimSuffix(right, ":"), "SHA-256=:AAAA:", "sha-512=:AAAA:"} {
		if got, err := pipeline.ParseDigest(field); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%q: %q, %v", field, got, err)
		}
	}
}

func FuzzParseDigest(f *testing.F) {
	f.Add("sha-256=:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=:")
	f.Add("sha-512=:AAAA:, sha-256=:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=:;q=1")
	f.Fuzz(func(t *testing.T, field string) {
		got, err := pipeline.ParseDigest(field)
		if (err == nil) != (len(got) == 64) {
			t.Errorf("%q: %q, %v", field, got, err)
		}
	})
}
