package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"sigs.k8s.io/yaml"
)

// An object, and what the server has to say to it. The table itself tells what each key means.
type oneCase struct {
	Name   string          `json:"name"`
	Kinds  []string        `json:"kinds"`
	Object json.RawMessage `json:"object"`
	Change json.RawMessage `json:"change"`
	Whole  json.RawMessage `json:"whole"`
	Before json.RawMessage `json:"before"`
	// Where the object's kind does not tell: a subresource may have a kind of its own.
	Resource    *meta.GroupVersionResource `json:"resource"`
	Subresource string                     `json:"subresource"`
	Namespace   string                     `json:"namespace"`
	Labels      map[string]string          `json:"labels"`
	User        string                     `json:"user"`
	// A Pod of it is refused by another plugin first, which is not asked here.
	Standard bool   `json:"standard"`
	Refused  string `json:"refused"`
}

func readCases(path string, written *written) ([]oneCase, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	named := strings.NewReplacer("{argocd}", written.argocd, "{services}", written.services, "{registry}", written.registry)
	var table []oneCase
	if err := yaml.UnmarshalStrict([]byte(named.Replace(string(text))), &table); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return table, nil
}

// The case is put to every Deployment that is written here, in each of its kinds; one with an object of its own once.
func (c *oneCase) judge(server *server, written *written) ([]string, int, error) {
	objects := []runtime.RawExtension{{Raw: c.Object}}
	if c.Object == nil {
		objects = nil
		for _, deployment := range written.deployments {
			forms, err := forms(&deployment.Spec.Template, c.Kinds)
			if err != nil {
				return nil, 0, err
			}
			objects = append(objects, forms...)
		}
	}
	var problems []string
	for _, base := range objects {
		asked, err := c.request(base.Raw, written)
		if err != nil {
			return nil, 0, err
		}
		if answer := server.ask(asked); answer != c.Refused {
			kind := asked.object.GetObjectKind().GroupVersionKind().Kind
			problems = append(problems, fmt.Sprintf("%s: %s: %s, not %s", c.Name, kind, said(answer), said(c.Refused)))
		}
	}
	return problems, len(objects), nil
}

func said(refusal string) string {
	if refusal == "" {
		return "admitted"
	}
	return fmt.Sprintf("refused (%s)", refusal)
}

func (c *oneCase) request(base []byte, written *written) (request, error) {
	asked := request{subresource: c.Subresource, user: c.User, labels: c.Labels, resource: c.Resource}
	if asked.user == "" {
		asked.user = written.argocdUser()
	}
	object, err := c.spoilt(base, c.Change)
	if err != nil {
		return asked, err
	}
	if asked.object, err = c.place(object, c.Whole, written); err != nil || c.Before == nil {
		return asked, err
	}
	before, err := c.spoilt(base, c.Before)
	if err != nil {
		return asked, err
	}
	asked.before, err = c.place(before, nil, written)
	return asked, err
}

// The object with a patch of its pod's template, whose path depends on the kind.
func (c *oneCase) spoilt(base []byte, patch json.RawMessage) ([]byte, error) {
	var kind struct{ Kind string }
	if err := json.Unmarshal(base, &kind); err != nil {
		return nil, err
	}
	prefix := templatePath[kind.Kind]
	var operations []map[string]any
	if patch != nil {
		if err := json.Unmarshal(patch, &operations); err != nil {
			return nil, err
		}
	}
	for _, operation := range operations {
		operation["path"] = prefix + operation["path"].(string)
	}
	return applied(base, operations)
}

func applied(base []byte, operations []map[string]any) ([]byte, error) {
	if len(operations) == 0 {
		return base, nil
	}
	text, err := json.Marshal(operations)
	if err != nil {
		return nil, err
	}
	patch, err := jsonpatch.DecodePatch(text)
	if err != nil {
		return nil, err
	}
	return patch.Apply(base)
}

// Decodes the object after a patch of the whole, in its namespace.
func (c *oneCase) place(object []byte, whole json.RawMessage, written *written) (runtime.Object, error) {
	var operations []map[string]any
	if whole != nil {
		if err := json.Unmarshal(whole, &operations); err != nil {
			return nil, err
		}
	}
	object, err := applied(object, operations)
	if err != nil {
		return nil, err
	}
	decoded, err := decode(object)
	if err != nil {
		return nil, err
	}
	placed := decoded.(meta.Object)
	if c.Namespace != "" {
		placed.SetNamespace(c.Namespace)
	} else if placed.GetNamespace() == "" {
		placed.SetNamespace(written.services)
	}
	return decoded, nil
}

// Where a kind keeps the template of its pods.
var templatePath = map[string]string{
	"Pod": "", "Deployment": "/spec/template", "StatefulSet": "/spec/template", "DaemonSet": "/spec/template",
	"ReplicaSet": "/spec/template", "ReplicationController": "/spec/template", "Job": "/spec/template",
	"CronJob": "/spec/jobTemplate/spec/template",
}

var versions = map[string]string{"Pod": "v1", "ReplicationController": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}

// Everything that makes pods of a template, or those of these kinds.
func forms(template *core.PodTemplateSpec, kinds []string) ([]runtime.RawExtension, error) {
	if len(kinds) == 0 {
		kinds = []string{"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"}
	}
	var all []runtime.RawExtension
	for _, kind := range kinds {
		path, known := templatePath[kind]
		if !known {
			return nil, fmt.Errorf("kind `%s` makes no pods", kind)
		}
		object := any(template)
		steps := strings.Split(strings.TrimPrefix(path, "/"), "/")
		for number := len(steps) - 1; number >= 0 && path != ""; number-- {
			object = map[string]any{steps[number]: object}
		}
		text, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			return nil, err
		}
		version, short := versions[kind]
		if !short {
			version = "apps/v1"
		}
		fields["apiVersion"], fields["kind"] = version, kind
		metadata, found := fields["metadata"].(map[string]any)
		if !found {
			metadata = map[string]any{}
			fields["metadata"] = metadata
		}
		metadata["name"] = "one"
		if text, err = json.Marshal(fields); err != nil {
			return nil, err
		}
		all = append(all, runtime.RawExtension{Raw: text})
	}
	return all, nil
}
