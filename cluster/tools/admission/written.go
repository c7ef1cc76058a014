package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

// What one environment writes, as far as admission is about it.
type written struct {
	policies    []*admissionregistration.ValidatingAdmissionPolicy
	bindings    []*admissionregistration.ValidatingAdmissionPolicyBinding
	deployments []*apps.Deployment
	// Everything with a namespace, by the file that it is in.
	files map[string]runtime.Object
	// The namespaces of Argo CD and of the services, and the registry of the services' images.
	argocd, services, registry string
}

var strict = serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()

func read(folder string) (*written, error) {
	found := &written{files: map[string]runtime.Object{}}
	paths, err := filepath.Glob(filepath.Join(folder, "*", "*.yaml"))
	if err != nil {
		return nil, err
	}
	more, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, path := range append(more, paths...) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := found.take(path, text); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	path := filepath.Join(folder, "..", "add-ons", "root-values.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var values struct{ Objects []json.RawMessage }
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, err
	}
	for number, object := range values.Objects {
		if err := found.take(fmt.Sprintf("%s/%d", path, number), object); err != nil {
			return nil, fmt.Errorf("%s: object %d: %w", path, number, err)
		}
	}
	return found, found.name()
}

// Sorts an object in. A field that the kind does not have is an error, as in a strict request.
func (w *written) take(path string, text []byte) error {
	object, err := decode(text)
	if err != nil {
		return err
	}
	switch object := object.(type) {
	case *admissionregistration.ValidatingAdmissionPolicy:
		w.policies = append(w.policies, object)
	case *admissionregistration.ValidatingAdmissionPolicyBinding:
		w.bindings = append(w.bindings, object)
	case *apps.Deployment:
		w.deployments = append(w.deployments, object)
	}
	if object.(meta.Object).GetNamespace() != "" {
		w.files[path] = object
	}
	return nil
}

func decode(text []byte) (runtime.Object, error) {
	object, _, err := strict.Decode(text, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		custom := &unstructured.Unstructured{}
		return custom, yaml.Unmarshal(text, &custom.Object)
	}
	return object, err
}

// Finds out how the namespaces and the registry are called here.
func (w *written) name() error {
	for _, object := range w.files {
		if project, ok := object.(*unstructured.Unstructured); ok && project.GetKind() == "Application" {
			w.argocd = project.GetNamespace()
		}
	}
	if len(w.deployments) == 0 || w.argocd == "" {
		return fmt.Errorf("no Deployment or no Application is written here")
	}
	w.services = w.deployments[0].Namespace
	w.registry, _, _ = strings.Cut(w.deployments[0].Spec.Template.Spec.Containers[0].Image, "/")
	return nil
}

func (w *written) paths() []string {
	var paths []string
	for path := range w.files {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return paths
}

func (w *written) argocdUser() string {
	return "system:serviceaccount:" + w.argocd + ":argocd-application-controller"
}

// The namespaces, labelled as the server labels them.
func (w *written) namespaces() []runtime.Object {
	names := sets.New("kube-system")
	for _, object := range w.files {
		names.Insert(object.(meta.Object).GetNamespace())
	}
	var objects []runtime.Object
	for _, name := range sets.List(names) {
		labels := map[string]string{core.LabelMetadataName: name}
		objects = append(objects, &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: name, Labels: labels}})
	}
	return objects
}
