package fhir

// URL is where a resource is served, the fullUrl of bundles.
func (m Mapping) URL(r Resource) string { return m.url(r.Ref()) }
