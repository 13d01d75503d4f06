package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// place writes where a page of a list ended, for the address of the next. It
// holds a time and an id, no patient data.
func place(c store.Cursor) string {
	return strconv.FormatInt(c.At.UnixMicro(), 36) + "." + c.ID
}

// parsePlace reads what place wrote; empty is the beginning.
func parsePlace(s string) (c store.Cursor, err error) {
	if s == "" {
		return c, nil
	}
	at, id, _ := strings.Cut(s, ".")
	micro, err := strconv.ParseInt(at, 36, 64)
	if err != nil || micro < 0 || checkID(id) != nil {
		return c, pipeline.Errorf(pipeline.Invalid, "The address of this page is not whole. Start again from the first page.")
	}
	return store.Cursor{At: time.UnixMicro(micro), ID: id}, nil
}

// pathWith is a path with those of the named values that are not empty.
func pathWith(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
