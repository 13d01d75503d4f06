package fhir

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// narrativeTags are what a narrative may be made of (R4 2.4.0, txt-1): formatting
// only, nothing that runs, loads or asks.
var narrativeTags = strings.Fields("div p br hr span a b i em strong small big tt sub sup pre code samp var cite dfn abbr acronym address blockquote q " +
	"h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr td th")

var narrativeAttributes = strings.Fields("xmlns class id lang title dir colspan rowspan span scope headers abbr axis border cellpadding cellspacing " +
	"width height align valign summary start type name char charoff frame rules bgcolor cite compact hspace vspace nowrap")

// plainXHTML reports whether a narrative is one div of formatted text. Links lead
// nowhere but within the resource.
func plainXHTML(s string) bool {
	d := xml.NewDecoder(strings.NewReader(s))
	first, level := true, 0
	for {
		token, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF) && !first && level == 0
		}
		switch t := token.(type) {
		case xml.StartElement:
			if level == 0 && !first || first && t.Name.Local != "div" || t.Name.Space != "http://www.w3.org/1999/xhtml" {
				return false
			}
			first = false
			level++
			if !slices.Contains(narrativeTags, t.Name.Local) || slices.ContainsFunc(t.Attr, activeAttribute) {
				return false
			}
		case xml.EndElement:
			level--
		case xml.ProcInst, xml.Directive:
			return false
		}
	}
}

func activeAttribute(a xml.Attr) bool {
	if a.Name.Local == "href" {
		return !strings.HasPrefix(a.Value, "#")
	}
	return !slices.Contains(narrativeAttributes, a.Name.Local) && a.Name.Space != "xml"
}
