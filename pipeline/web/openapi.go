package web

import (
	_ "embed"
	"net/http"
)

// openAPI describes the JSON API (OpenAPI 3.1). It is kept by hand; a test holds
// it against the table of routes and the structs that are sent.
//
//go:embed openapi.json
var openAPI []byte

func (s *Server) apiDescription(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openAPI) // an error means that the client is gone
	return nil
}
