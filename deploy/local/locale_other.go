//go:build !darwin

package local

// localeFlags give byte order for sorting and Unicode for letters.
var localeFlags = []string{"--locale=C.UTF-8"}
