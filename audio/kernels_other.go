//go:build !amd64

package audio

func dot(a, b []float32) float32                             { return dotPlain(a, b) }
func dot8(h, x []float32, stride int, out *[8]float32)       { dot8Plain(h, x, stride, out) }
func split(even, odd, in []float32)                          { splitPlain(even, odd, in) }
func goertzel(x []float32, coeff, last, before *[12]float32) { goertzelPlain(x, coeff, last, before) }
func fir(dst, x, h []float32)                                { firPlain(dst, x, h) }
func observe(x []float32, l *lanes)                          { observePlain(x, l) }
func quantize(dst []int16, x []float32)                      { quantizePlain(dst, x) }
func decode16(dst []float32, src []byte)                     { decode16Plain(dst, src) }
func mixStereo(mono, x []float32, left, right float32)       { mixStereoPlain(mono, x, left, right) }
func span(s []int16) (low, top int16)                        { return spanPlain(s, s[0], s[0]) }
