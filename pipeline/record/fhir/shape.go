package fhir

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"dictation/pipeline"
)

// Trouble is one thing that is wrong with a resource, and where (FHIRPath).
type Trouble struct {
	Path string // of element names and numbers only: "Condition.code.coding[0].system"
	Code string // IssueType
	Text string // a sentence; never what was sent
}

// Flawed is the error of a resource that does not have the shape that R4 gives it.
type Flawed struct{ Troubles []Trouble }

// Error implements error.
func (f *Flawed) Error() string {
	t := f.Troubles[0]
	return t.Path + ": " + t.Text
}

// maxTroubles are told of one resource; who has more will send it again.
const maxTroubles = 20

// element is one line of a shape.
type element struct {
	name     string
	types    []string // one, or those of a choice
	choice   bool
	required bool
	list     bool
	codes    []string // of a required binding
}

// shape says what an object may have.
type shape struct {
	elements []element
	of       map[string]int // JSON name → element
	typeOf   map[string]string
}

func compile(lines map[string]string) map[string]shape {
	all := make(map[string]shape, len(lines))
	for name, line := range lines {
		s := shape{of: make(map[string]int), typeOf: make(map[string]string)}
		if !strings.HasPrefix(line, common) {
			line += " id:string extension:Extension*"
		}
		for _, field := range strings.Fields(line) {
			s.add(field)
		}
		all[name] = s
	}
	return all
}

func (s *shape) add(field string) {
	name, kind, _ := strings.Cut(field, ":")
	e := element{name: name}
	kind, e.required = strings.CutSuffix(kind, "!")
	kind, e.list = strings.CutSuffix(kind, "*")
	if codes, ok := strings.CutPrefix(kind, "code("); ok {
		kind, e.codes = "code", strings.Split(strings.TrimSuffix(codes, ")"), "|")
	}
	e.types = strings.Split(kind, "|")
	at := len(s.elements)
	if e.name, e.choice = strings.CutSuffix(name, "[x]"); e.choice {
		for _, t := range e.types {
			as := e.name + strings.ToUpper(t[:1]) + t[1:]
			s.of[as], s.typeOf[as] = at, t
		}
	} else {
		s.of[name], s.typeOf[name] = at, kind
	}
	s.elements = append(s.elements, e)
}

// checker walks a resource.
type checker struct{ troubles []Trouble }

func (c *checker) wrong(path, code, text string, args ...any) {
	if len(c.troubles) < maxTroubles {
		c.troubles = append(c.troubles, Trouble{path, code, fmt.Sprintf(text, args...)})
	}
}

// parse reads one object of JSON as it stands: numbers keep their digits.
func parse(body []byte) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("more than one value")
	}
	return v, nil
}

// checkShape compares a resource with the shape of its type.
func checkShape(kind string, resource map[string]any) error {
	c := &checker{}
	c.resource(kind, kind, resource)
	c.containedRules(kind, resource)
	return c.err()
}

func (c *checker) err() error {
	if len(c.troubles) == 0 {
		return nil
	}
	return &Flawed{c.troubles}
}

func (c *checker) resource(path, kind string, v map[string]any) {
	if _, said := v["resourceType"].(string); !said {
		c.wrong(path+".resourceType", "required", "The resource does not say its type.")
	}
	rest := maps.Clone(v)
	delete(rest, "resourceType")
	c.object(path, kind, rest)
}

// depth bounds how far elements nest: more is no record but an attack.
const depth = 24

func (c *checker) object(path, kind string, v map[string]any) {
	s := shapes[kind]
	if strings.Count(path, ".") > depth {
		c.wrong(path, "too-long", "Elements nest more deeply than is taken here.")
		return
	}
	if len(v) == 0 {
		c.wrong(path, "invariant", "An element is empty (ele-1).")
	}
	had := make([]bool, len(s.elements))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		plain := strings.TrimPrefix(name, "_")
		at, known := s.of[plain]
		switch {
		case !known:
			c.unknown(path, name)
			continue
		case plain != name: // the id or extensions of a primitive
			c.beside(path+"."+plain, s.typeOf[plain], v[name])
			had[at] = had[at] || s.elements[at].list || v[plain] == nil
			continue
		}
		e := s.elements[at]
		if had[at] && e.choice {
			c.wrong(path+"."+e.name, "structure", "Of the types that the element may have one is taken.")
		}
		had[at] = true
		c.values(path+"."+plain, e, s.typeOf[plain], v[name])
	}
	for i, e := range s.elements {
		if e.required && !had[i] {
			c.wrong(path+"."+e.name, "required", "The element is missing.")
		}
	}
	c.invariants(path, kind, v)
}

// beside checks what stands beside a primitive. Its values are not read here.
func (c *checker) beside(path, kind string, v any) {
	if !primitive(kind) {
		c.wrong(path, "structure", "Only simple values have an element with _ beside them.")
		return
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, one := range list {
		switch o := one.(type) {
		case map[string]any:
			c.object(path, "Element", o)
		case nil:
			if ok {
				continue // nothing stands beside this one of the list
			}
			c.wrong(path, "structure", "An element is null.")
		default:
			c.wrong(path, "structure", "An object is expected.")
		}
	}
}

// unknown tells of an element that the shape lacks. Its name is said only if FHIR
// has it elsewhere: anything may have been put into a name.
func (c *checker) unknown(path, name string) {
	known := name == "modifierExtension" || name == "implicitRules"
	for _, s := range shapes {
		if _, ok := s.of[name]; ok {
			known = true
		}
	}
	switch {
	case name == "modifierExtension" || name == "implicitRules":
		c.wrong(path+"."+name, "not-supported", "The element may change what the rest means, and is not understood here. Send the resource without it.")
	case known:
		c.wrong(path+"."+name, "structure", "The element does not belong here.")
	default:
		c.wrong(path, "structure", "There is an element here that FHIR R4 does not have, or that is not taken.")
	}
}

func (c *checker) values(path string, e element, kind string, v any) {
	list, isList := v.([]any)
	switch {
	case e.list != isList && e.list:
		c.wrong(path, "structure", "A list is expected.")
	case e.list != isList:
		c.wrong(path, "structure", "One value is expected, not a list.")
	case !e.list:
		c.value(path, e, kind, v)
	case len(list) == 0:
		c.wrong(path, "structure", "A list is empty.")
	default:
		for i, one := range list {
			if one == nil && primitive(kind) {
				continue // its extension stands beside it
			}
			c.value(fmt.Sprintf("%s[%d]", path, i), e, kind, one)
		}
	}
}

func (c *checker) value(path string, e element, kind string, v any) {
	if primitive(kind) {
		switch ok := simple(kind, v); {
		case !ok:
			c.wrong(path, "value", "This is no %s as FHIR R4 writes it.", kind)
		case e.codes != nil && !slices.Contains(e.codes, v.(string)):
			c.wrong(path, "code-invalid", "The code must be one of %s.", strings.Join(e.codes, ", "))
		}
		return
	}
	o, ok := v.(map[string]any)
	switch {
	case !ok:
		c.wrong(path, "structure", "An object is expected.")
	case kind == "Resource":
		inner, _ := o["resourceType"].(string)
		if !slices.Contains(containable, inner) {
			c.wrong(path, "not-supported", "Contained resources are taken of the types %s.", strings.Join(containable, ", "))
			return
		}
		c.resource(path, inner, o)
	default:
		c.object(path, kind, o)
	}
}

func primitive(kind string) bool { return kind[0] >= 'a' && kind[0] <= 'z' }

// patterns are the regular expressions that R4 gives for simple values (2.24.0.1).
var patterns = map[string]*regexp.Regexp{
	"id":   regexp.MustCompile(`^[A-Za-z0-9\-.]{1,64}$`),
	"code": regexp.MustCompile(`^[^\s]+( [^\s]+)*$`),
	"uri":  regexp.MustCompile(`^\S+$`), "url": regexp.MustCompile(`^\S+$`), "canonical": regexp.MustCompile(`^\S+$`),
	"integer":     regexp.MustCompile(`^-?(0|[1-9][0-9]{0,9})$`),
	"positiveInt": regexp.MustCompile(`^[1-9][0-9]{0,9}$`),
	"unsignedInt": regexp.MustCompile(`^(0|[1-9][0-9]{0,9})$`),
	"time":        regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?$`),
}

// simple reports whether v is a value of a simple type.
func simple(kind string, v any) bool {
	switch kind {
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "integer", "positiveInt", "unsignedInt", "decimal":
		n, ok := v.(json.Number)
		return ok && len(n) <= 40 && (kind == "decimal" || patterns[kind].MatchString(n.String()))
	}
	s, ok := v.(string)
	if !ok || strings.TrimSpace(s) == "" || strings.ContainsFunc(s, notText) {
		return false
	}
	switch kind {
	case "date", "dateTime", "instant":
		_, ok := readDate(kind, s)
		return ok
	case "base64Binary":
		_, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
		return err == nil
	case "xhtml":
		return plainXHTML(s)
	}
	if p := patterns[kind]; p != nil {
		return p.MatchString(s)
	}
	return true
}

func notText(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' }

// readDate reads date, dateTime or instant; of a span its beginning.
func readDate(kind, s string) (time.Time, bool) {
	layouts := []string{"2006-01-02T15:04:05Z07:00"}
	if kind != "instant" {
		layouts = append(layouts, "2006-01-02", "2006-01", "2006")
	}
	if kind == "date" {
		layouts = layouts[1:]
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return t.UTC(), t.Year() >= 1000
		}
	}
	return time.Time{}, false
}

// refused gives a flawed resource the kind and the sentence of the house.
func refused(err error) error {
	var f *Flawed
	if errors.As(err, &f) {
		t := f.Troubles[0]
		return pipeline.Wrap(pipeline.Invalid, err, "%s: %s", t.Path, t.Text)
	}
	return err
}
