package check

import "testing"

func TestTables(t *testing.T) {
	t.Parallel()
	p, err := readPharmacy(drugsTSV, twinsTSV)
	if err != nil {
		t.Fatal(err)
	}
	drugs := map[*drug]bool{}
	for _, d := range p.byName.names {
		drugs[d] = true
		for _, u := range d.units {
			if known, ok := unitOf(u); !ok || known != u {
				t.Errorf("%s: unit %q is not one", d.name, u)
			}
		}
	}
	if len(drugs) < 150 || len(p.twins) < 100 {
		t.Errorf("%d drugs and %d names with twins", len(drugs), len(p.twins))
	}
}

func TestTablesRefuse(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]string{
		"fields":  "aspirin|asa|mg|81|650|1300|nsaid",
		"number":  "aspirin|asa|mg|x|650|1300|nsaid|pain",
		"range":   "aspirin|asa|mg|81|650|600|nsaid|pain",
		"nothing": "aspirin|asa|mg|0|650|1300|nsaid|pain",
		"twice":   "aspirin|asa|mg|81|650|1300|nsaid|pain\nasa|-|mg|81|650|1300|nsaid|pain",
	} {
		if _, err := readPharmacy(table, ""); err == nil {
			t.Errorf("%s: %q passes", name, table)
		}
	}
	if _, err := readPharmacy("", "aspirin"); err == nil {
		t.Error("a twin alone passes")
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text              string
		value, high, over float64
		unit, per         string
	}{
		{"5", 5, 5, 0, "", ""},
		{"1,500 mg", 1500, 1500, 0, "mg", ""},
		{"0.5%", 0.5, 0.5, 0, "percent", ""},
		{".5 mg", 0.5, 0.5, 0, "mg", ""},
		{"5mg/kg", 5, 5, 0, "mg", "kg"},
		{"40-mg", 40, 40, 0, "mg", ""},
		{"5-10 mg", 5, 10, 0, "mg", ""},
		{"five to ten milligrams", 5, 10, 0, "mg", ""},
		{"120/80 mm Hg", 120, 120, 80, "mmhg", ""},
		{"one twenty over eighty", 120, 120, 80, "", ""},
		{"one hundred and twenty", 120, 120, 0, "", ""},
		{"fifteen hundred", 1500, 1500, 0, "", ""},
		{"two thousand five hundred", 2500, 2500, 0, "", ""},
		{"one oh five", 105, 105, 0, "", ""},
		{"four point two", 4.2, 4.2, 0, "", ""},
		{"zero point one two five milligrams", 0.125, 0.125, 0, "mg", ""},
		{"point twenty five", 0.25, 0.25, 0, "", ""},
		{"two and a half tablets", 2.5, 2.5, 0, "tablet", ""},
		{"ten milligrams per kilogram", 10, 10, 0, "mg", "kg"},
		{"twenty five micrograms an hour", 25, 25, 0, "mcg", "hour"},
		{"57-year", 57, 57, 0, "year", ""},
		{"ten international units", 10, 10, 0, "unit", ""},
		{"98.6 degrees", 98.6, 98.6, 0, "degree", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			n := read(Input{Text: tt.text})
			if len(n.quantities) != 1 {
				t.Fatalf("got %+v, want one quantity", n.quantities)
			}
			q := n.quantities[0]
			if number(q.value) != number(tt.value) || number(q.high) != number(tt.high) || q.over != tt.over || q.unit != tt.unit || q.per != tt.per ||
				q.end != len(n.words) {
				t.Errorf("got %+v", q)
			}
		})
	}
}

func TestNoNumbers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"L4-5", "COVID-19", "1:200,000", "2. Hypertension", "T12", "12:30", "3/25/2024", "March 25, 2024", "point of care", "oh"} {
		if n := read(Input{Text: text}); len(n.quantities) != 0 {
			t.Errorf("%q: got %+v", text, n.quantities)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][3]int{
		"3/25/2024":                             {2024, 3, 25},
		"03-25-2024":                            {2024, 3, 25},
		"2024-03-25":                            {2024, 3, 25},
		"3/25/24":                               {2024, 3, 25},
		"11/2/50":                               {1950, 11, 2},
		"March 25, 2024":                        {2024, 3, 25},
		"March 25th":                            {0, 3, 25},
		"25 March 2024":                         {2024, 3, 25},
		"march twenty fifth twenty twenty four": {2024, 3, 25},
		"march twenty five nineteen ninety":     {1990, 3, 25},
		"the third of may two thousand one":     {2001, 5, 3},
		"May 2024":                              {2024, 5, 0},
		"Feb. 30, 2024":                         {2024, 2, 30},
	} {
		n := read(Input{Text: text})
		if len(n.dates) != 1 {
			t.Errorf("%q: got %+v, want one date", text, n.dates)
			continue
		}
		if d := n.dates[0]; [3]int{d.year, d.month, d.day} != want {
			t.Errorf("%q: got %+v, want %v", text, d, want)
		}
	}
	for _, text := range []string{"She may 5 times", "60/62/60 pounds", "713-263-0829", "para 0-0-1", "1/2 tablet", "7.38/67/86"} {
		if n := read(Input{Text: text}); len(n.dates) != 0 {
			t.Errorf("%q: got %+v, want no date", text, n.dates)
		}
	}
}

func TestAlike(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b      string
		low, high float64
	}{
		{"Whittaker", "Whitaker", 0.85, 1}, {"Widaker", "Whitaker", 0.75, 1}, {"Kowalsky", "Kowalski", 0.85, 1},
		{"Feraira", "Ferreira", 0.75, 1}, {"Petrov", "Whitaker", 0, 0.4}, {"Brandt", "Novak", 0, 0.4}, {"", "Novak", 0, 0},
	} {
		if got := alike(tt.a, tt.b); got < tt.low || got > tt.high {
			t.Errorf("%s, %s: %.2f, want %.2f to %.2f", tt.a, tt.b, got, tt.low, tt.high)
		}
	}
}
