package main

import (
	"os"
	"strings"
	"testing"

	"dictation/pipeline"
)

func readAll(text string) (list []pipeline.CodeEntry, err error) {
	for e, err := range readCodes(strings.NewReader(text)) {
		if err != nil {
			return list, err
		}
		list = append(list, e)
	}
	return list, nil
}

func TestReadCodes(t *testing.T) {
	t.Parallel()
	list, err := readAll("\ufeffCode,System,Title,Terms\nA1,X,\"Cough, dry\",tussis|barking cough\nA2,X,Fever,\n")
	if err != nil || len(list) != 2 || list[0].Code != (pipeline.Code{System: "X", Code: "A1", Title: "Cough, dry"}) || len(list[0].Terms) != 2 || list[1].Terms != nil {
		t.Errorf("%+v, %v", list, err)
	}
	for text, want := range map[string]string{
		"":                                "no first line",
		"a,b\n":                           "must name the columns",
		"system,code,title\nX,,Fever\n":   "Line 2",
		"system,code,title\nX,A1\n":       "not CSV",
		"system,code,title\nX,A1,\"Fev\n": "not CSV",
	} {
		if _, err := readAll(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestDemoCodesAreReadable(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../deploy/demo-codes.csv")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := readAll(string(b)); err != nil || len(list) < 10 {
		t.Errorf("%d codes, %v", len(list), err)
	}
}

func FuzzReadCodes(f *testing.F) {
	f.Add("system,code,title,terms\nX,1,Fever,hot|warm\n")
	f.Add("system,code,title\n\"")
	f.Fuzz(func(_ *testing.T, text string) {
		list, _ := readAll(text)
		for _, e := range list {
			e.Phrases()
		}
	})
}
