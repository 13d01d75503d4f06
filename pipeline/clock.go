package pipeline

import (
	"fmt"
	"strconv"
	"strings"
)

// Clock writes a place in a recording, in milliseconds, as people read it:
// "2:05.3", "1:02:05.0", and with three decimals where one does not say it.
func Clock(ms int64) string {
	s, rest := ms/1000, ms%1000
	text := fmt.Sprintf("%d:%02d", s/60, s%60)
	if s >= 3600 {
		text = fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	if rest%100 == 0 {
		return fmt.Sprintf("%s.%d", text, rest/100)
	}
	return fmt.Sprintf("%s.%03d", text, rest)
}

// maxClock is how long a recording may be said to be: a day.
const maxClock = 24 * 3600 * 1000

// ParseClock reads what Clock writes, and what people type for it: "2:05",
// "2:05,3", "125.3" (seconds). Decimals beyond the third are left away.
func ParseClock(s string) (ms int64, err error) {
	fields := strings.Split(strings.TrimSpace(s), ":")
	last := len(fields) - 1
	seconds, decimals, _ := strings.Cut(strings.ReplaceAll(fields[last], ",", "."), ".")
	fields[last] = seconds
	ok := last <= 2
	for i, f := range fields {
		n, isNumber := digits(f, 6)
		ok = ok && isNumber && f != "" && (i == 0 || n < 60)
		ms = ms*60 + n
	}
	frac, isNumber := digits((decimals + "000")[:3], 3)
	if _, rest := digits(decimals, len(decimals)); !ok || !isNumber || !rest || ms > maxClock/1000 {
		return 0, Errorf(Invalid, "A time is written as minutes:seconds, such as 2:05.3.")
	}
	return ms*1000 + frac, nil
}

// digits reads at most n decimal digits, and no sign.
func digits(s string, n int) (int64, bool) {
	if len(s) > n || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	v, _ := strconv.ParseInt("0"+s[:min(n, len(s), 17)], 10, 64) // digits only, and few
	return v, true
}
