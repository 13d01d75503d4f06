package web

import (
	"net/http"
	"strings"
	"testing"
)

// BenchmarkUpload is one recording of 64 KiB up to its receipt.
func BenchmarkUpload(b *testing.B) {
	x := newSite(b, Options{})
	for _, order := range []struct {
		name   string
		fields []field
	}{
		{"streamed", []field{{"patient_mrn", "MRN-1001"}, {"encounter", ""}, {"worktype", "letter"}, {"priority", ""}, {"audio", strings.Repeat("s", 64<<10)}}},
		{"spooled", []field{{"audio", strings.Repeat("s", 64<<10)}, {"patient_mrn", "MRN-1001"}, {"worktype", "letter"}}},
	} {
		b.Run(order.name, func(b *testing.B) {
			for b.Loop() {
				x.in(b).upload("author", order.fields).want(http.StatusCreated)
			}
		})
	}
}

// BenchmarkRead is one audited access to the properties and to the text.
func BenchmarkRead(b *testing.B) {
	x := newSite(b, Options{})
	path := "/api/v1/dictations/" + x.typed("author").ID
	for name, path := range map[string]string{"dictation": path, "text": path + "/text"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				x.in(b).do("author", "GET", path, nil).want(http.StatusOK)
			}
		})
	}
}
