package audio

// dot8Forms are the forms of dot8 that this machine can run.
func dot8Forms() map[string]func(h, x []float32, stride int, out *[8]float32) {
	forms := map[string]func(h, x []float32, stride int, out *[8]float32){"dot8": dot8}
	if fast {
		forms["dot8 by fours"] = func(h, x []float32, stride int, out *[8]float32) {
			if len(h) == 0 {
				*out = [8]float32{}
				return
			}
			dot8AVX2(h, x, stride, out)
		}
	}
	return forms
}
