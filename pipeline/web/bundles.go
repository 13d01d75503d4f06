package web

// BundleSizes gives the bytes of each page's script as it leaves, compressed.
func BundleSizes() (map[string]int, error) {
	a, err := loadAssets(files, nil)
	if err != nil {
		return nil, err
	}
	sizes := make(map[string]int)
	for name, url := range a.urls {
		if f := a.byURL[url[len("/assets/"):]]; f.kind == mediaTypes[".js"] {
			sizes[name] = len(f.zipped)
			if f.zipped == nil {
				sizes[name] = len(f.body)
			}
		}
	}
	return sizes, nil
}
