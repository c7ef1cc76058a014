// Judges the admission policies that are written here by the API server's own library, without a server: its validation,
// its check of types, and its plugin, which is asked about everything that is written and about a table of cases.
//
//	admission CASES FOLDER...
//
// FOLDER holds manifests. Policies in FOLDER/admission are those of the services' namespace, those in
// FOLDER/../add-ons/root-values.json Argo CD's.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"k8s.io/klog/v2"
)

func main() {
	// What the plugin tells of its caches is nobody's matter here.
	klog.SetOutput(io.Discard)
	klog.LogToStderr(false)
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: admission CASES FOLDER...")
		os.Exit(2)
	}
	var problems []string
	asked := 0
	for _, folder := range os.Args[2:] {
		if found, err := os.Stat(folder); err != nil || !found.IsDir() {
			continue
		}
		found, times, err := judge(os.Args[1], folder)
		if err != nil {
			fmt.Fprintf(os.Stderr, "error: %s: %v\n", folder, err)
			os.Exit(2)
		}
		for _, problem := range found {
			problems = append(problems, fmt.Sprintf("%s: %s", folder, problem))
		}
		asked += times
	}
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, problem)
	}
	fmt.Printf("admission policies: %d judgements, %d wrong\n", asked, len(problems))
	if len(problems) > 0 || asked == 0 {
		os.Exit(1)
	}
}

// What is wrong with the policies of one folder of manifests, and how often they were asked.
func judge(table, folder string) ([]string, int, error) {
	written, err := read(folder)
	if err != nil {
		return nil, 0, err
	}
	problems := written.refusedOrUntyped()
	server, err := serve(written)
	if err != nil {
		return nil, 0, err
	}
	defer server.stop()
	asked := 0
	for _, path := range written.paths() {
		asked++
		if refusal := server.ask(request{object: written.files[path], user: written.argocdUser()}); refusal != "" {
			place, _ := filepath.Rel(folder, path)
			problems = append(problems, fmt.Sprintf("%s, which is written here, is refused: %s", place, refusal))
		}
	}
	cases, err := readCases(table, written)
	if err != nil {
		return nil, 0, err
	}
	for _, one := range cases {
		found, times, err := one.judge(server, written)
		if err != nil {
			return nil, 0, fmt.Errorf("case `%s`: %w", one.Name, err)
		}
		problems = append(problems, found...)
		asked += times
	}
	return problems, asked, nil
}
