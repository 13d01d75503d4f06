//go:build !amd64

package audio

func dot8Forms() map[string]func(h, x []float32, stride int, out *[8]float32) {
	return map[string]func(h, x []float32, stride int, out *[8]float32){"dot8": dot8}
}
