package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"dictation/pipeline"
)

// files are the pages' templates, style sheet and bundled scripts.
//
//go:embed all:dist static templates
var files embed.FS

// asset is a file as it leaves: under a name that changes with its bytes.
type asset struct {
	body   []byte
	zipped []byte // gzip; nil where it saves nothing
	kind   string // media type
	etag   string
}

// assets are the files under /assets/.
type assets struct {
	byURL map[string]asset  // by the name in the URL: "app-1a2b3c4d.css"
	urls  map[string]string // file name → URL
}

var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// loadAssets reads style, pictures and bundles; from is the embedded tree. A
// bundle that a page needs and is not there is an error that says how to make it.
func loadAssets(from fs.FS, bundles []string) (*assets, error) {
	a := &assets{byURL: make(map[string]asset), urls: make(map[string]string)}
	for _, dir := range []string{"static", "dist"} {
		if err := a.addFolder(from, dir); err != nil {
			return nil, err
		}
	}
	var missing []string
	for _, name := range bundles {
		if a.urls[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the pages' scripts are not built (%s missing): run \"make assets\", then build again", strings.Join(missing, ", "))
	}
	return a, nil
}

func (a *assets) addFolder(from fs.FS, dir string) error {
	entries, err := fs.ReadDir(from, dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		kind := mediaTypes[path.Ext(e.Name())]
		if kind == "" {
			continue
		}
		body, err := fs.ReadFile(from, path.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		if err := a.add(e.Name(), kind, body); err != nil {
			return err
		}
	}
	return nil
}

func (a *assets) add(name, kind string, body []byte) error {
	sum := sha256.Sum256(body)
	short := hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	versioned := strings.TrimSuffix(name, ext) + "-" + short + ext
	zipped, err := zip(body)
	if err != nil {
		return err
	}
	a.byURL[versioned] = asset{body: body, zipped: zipped, kind: kind, etag: `"` + short + `"`}
	a.urls[name] = "/assets/" + versioned
	return nil
}

// zip compresses once, at the start, what is sent a thousand times.
func zip(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, writeErr := z.Write(body)
	if err := errors.Join(writeErr, z.Close()); err != nil {
		return nil, err
	}
	if b.Len() >= len(body) {
		return nil, nil
	}
	return b.Bytes(), nil
}

// url is where a file is served; a name that is not there is a mistake in a template.
func (a *assets) url(name string) (string, error) {
	if u := a.urls[name]; u != "" {
		return u, nil
	}
	return "", fmt.Errorf("there is no asset %q", name)
}

func (s *Server) assetRoutes() []route {
	return []route{
		{pattern: "GET /assets/{name}", open: true, handle: s.serveAsset},
		{pattern: "GET /favicon.ico", open: true, handle: s.serveIcon},
	}
}

func (s *Server) serveAsset(w http.ResponseWriter, r *http.Request) error {
	f, ok := s.pages.assets.byURL[r.PathValue("name")]
	if !ok {
		return pipeline.Errorf(pipeline.NotFound, "There is no such file. Load the page again: the program may have been renewed.")
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	body := f.body
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	_, _ = w.Write(body) // an error means that the client is gone
	return nil
}

// serveIcon sends programs that ask for the old name to the new one.
func (s *Server) serveIcon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, s.pages.assets.urls["favicon.svg"], http.StatusFound)
	return nil
}
