//go:build !amd64

package audio

func dot(a, b []float32) float32                       { return dotPlain(a, b) }
func dot4(h, x []float32, stride int, out *[4]float32) { dot4Plain(h, x, stride, out) }
func fir(dst, x, h []float32)                          { firPlain(dst, x, h) }
func observe(x []float32, l *lanes)                    { observePlain(x, l) }
func quantize(dst []int16, x []float32)                { quantizePlain(dst, x) }
func decode16(dst []float32, src []byte)               { decode16Plain(dst, src) }
func mixStereo(mono, x []float32, left, right float32) { mixStereoPlain(mono, x, left, right) }
func span(s []int16) (low, top int16)                  { return spanPlain(s, s[0], s[0]) }
