package main

import (
	"fmt"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	internal "k8s.io/kubernetes/pkg/apis/admissionregistration"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	"k8s.io/kubernetes/pkg/apis/admissionregistration/validation"
	"k8s.io/kubernetes/pkg/generated/openapi"
)

// The server's own schemas, and which kind a resource is: what the controller of the policies' status has.
var checker = validating.TypeChecker{
	SchemaResolver: resolver.NewDefinitionsSchemaResolver(openapi.GetOpenAPIDefinitions, scheme.Scheme),
	RestMapper:     kinds(),
}

func kinds() meta.RESTMapper {
	mapper := meta.NewDefaultRESTMapper(scheme.Scheme.PrioritizedVersionsAllGroups())
	for kind := range scheme.Scheme.AllKnownTypes() {
		mapper.Add(kind, meta.RESTScopeNamespace)
	}
	return mapper
}

// What the API server refuses of a policy or binding, and what its check of types says once it has it.
func (w *written) refusedOrUntyped() []string {
	var problems []string
	for _, policy := range w.policies {
		problems = append(problems, invalid(policy.Name, policy)...)
		for _, warning := range checker.Check(policy) {
			problems = append(problems, fmt.Sprintf("policy `%s`: %s: %s", policy.Name, warning.FieldRef, warning.Warning))
		}
		for _, name := range untypedVariables(policy) {
			problems = append(problems, fmt.Sprintf("policy `%s`: variable `%s` has no type", policy.Name, name))
		}
	}
	for _, binding := range w.bindings {
		problems = append(problems, invalid(binding.Name, binding)...)
	}
	return problems
}

// The check of types skips a variable that does not compile, and takes whatever is read from it: so each is an expression of its own.
func untypedVariables(policy *admissionregistration.ValidatingAdmissionPolicy) []string {
	alone := policy.DeepCopy()
	alone.Spec.Validations = nil
	for _, variable := range policy.Spec.Variables {
		alone.Spec.Validations = append(alone.Spec.Validations, admissionregistration.Validation{Expression: variable.Expression})
	}
	var names []string
	for _, warning := range checker.Check(alone) {
		names = append(names, warning.FieldRef+": "+warning.Warning)
	}
	return names
}

// The server's validation of what is made anew, after its defaults.
func invalid(name string, object runtime.Object) []string {
	legacyscheme.Scheme.Default(object)
	converted, err := legacyscheme.Scheme.UnsafeConvertToVersion(object.DeepCopyObject(), internal.SchemeGroupVersion)
	if err != nil {
		return []string{fmt.Sprintf("`%s`: %v", name, err)}
	}
	var problems []string
	switch object := converted.(type) {
	case *internal.ValidatingAdmissionPolicy:
		for _, err := range validation.ValidateValidatingAdmissionPolicy(object) {
			problems = append(problems, fmt.Sprintf("policy `%s` is refused: %v", name, err))
		}
	case *internal.ValidatingAdmissionPolicyBinding:
		for _, err := range validation.ValidateValidatingAdmissionPolicyBinding(object) {
			problems = append(problems, fmt.Sprintf("binding `%s` is refused: %v", name, err))
		}
	}
	return problems
}
