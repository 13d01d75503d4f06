package paper

import (
	"strings"

	"dictation/pipeline"
	"dictation/transcript"
)

// body prints a text: paragraphs as they were signed, headings in bold and not
// alone at the foot of a sheet.
func (s *sheet) body(n pipeline.Note) {
	heads := make(map[int]int) // where headings begin → where they end
	for _, h := range transcript.Sections(n.Text) {
		heads[h.Offset] = h.Offset + len(h.Heading)
	}
	at := 0
	for l := range strings.Lines(n.Text) {
		begin := at
		at += len(l)
		l = strings.TrimRight(l, "\r\n")
		if strings.TrimSpace(l) == "" {
			s.Ln(line * 0.6)
			continue
		}
		indent := len(l) - len(strings.TrimLeft(l, " "))
		end, isHead := heads[begin+indent]
		s.SetX(margin + min(float64(indent), 20)*1.5)
		if !isHead {
			s.SetFont("text", "", text)
			s.MultiCell(0, line, s.printable(l[indent:]), "", "L", false)
			continue
		}
		s.head(l[indent:end-begin], l[end-begin:])
	}
}

// head prints a heading and what stands behind it on its line.
func (s *sheet) head(name, rest string) {
	if colon, ok := strings.CutPrefix(rest, ":"); ok {
		name, rest = name+":", colon
	}
	_, height := s.GetPageSize()
	if s.GetY()+3*line > height-foot {
		s.AddPage()
	}
	s.SetFont("text", "B", heading)
	if strings.TrimSpace(rest) == "" {
		s.MultiCell(0, line, s.printable(name), "", "L", false)
		return
	}
	s.Write(line, s.printable(name))
	s.SetFont("text", "", text)
	s.Write(line, s.printable(rest))
	s.Ln(line)
}
