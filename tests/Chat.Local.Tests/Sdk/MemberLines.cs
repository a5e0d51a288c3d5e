using System.Reflection;

namespace Chat.Local.Tests.Sdk;

/// <summary>Writes what a type lets others see, one line per member, as the package lists have them.</summary>
internal static class MemberLines
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Annotations = new();

    public static IEnumerable<string> Of(Type type)
    {
        var name = TypeNames.Of(type);
        if (type.IsAssignableTo(typeof(Delegate)))
        {
            return [$"M: {name} :: delegate {Signature(type.GetMethod("Invoke")!, type.Name)}"];
        }

        // Operators have special names too, but unlike accessors stand for themselves.
        var methods = type.GetMethods(Declared).Where(
            method => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)));
        return
        [
            .. type.GetFields(Declared)
                .Where(field => Access(field) is not null && !field.IsSpecialName)
                .Select(field => $"F: {name} :: {Line(field)}"),
            .. type.GetConstructors(Declared).Where(IsVisible).Select(made => $"C: {name} :: {Line(made)}"),
            .. type.GetProperties(Declared)
                .Where(property => Widest(property) is not null)
                .Select(property => $"P: {name} :: {Line(property)}"),
            .. methods.Select(method => $"M: {name} :: {Line(method)}"),
            .. type.GetEvents(Declared).Where(happens => IsVisible(happens.AddMethod!)).Select(happens => $"E: {name} :: {Line(happens)}"),
        ];
    }

    private static string Line(FieldInfo field) => field switch
    {
        { DeclaringType.IsEnum: true } => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), null)}",
        { IsLiteral: true } =>
            $"{Access(field)} const {TypeNames.Of(field.FieldType)} {field.Name} = {Literal(field.FieldType, field.GetRawConstantValue())}",
        _ =>
            $"{Access(field)} {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}"
                + $"{TypeNames.Of(Annotations.Create(field))} {field.Name}",
    };

    private static string Line(ConstructorInfo made) => $"{Access(made)} {made.DeclaringType!.Name.Split('`')[0]}({Parameters(made)})";

    private static string Line(PropertyInfo property)
    {
        var widest = Widest(property)!;
        var accessors = string.Concat(property.GetAccessors(nonPublic: true).Where(IsVisible).Select(accessor =>
            $"{(Access(accessor) == "public" ? "" : Access(accessor) + " ")}"
                + $"{(accessor == property.GetMethod ? "get" : IsInit(accessor) ? "init" : "set")}; "));
        return $"{Access(widest)} {Modifiers(widest)}{TypeNames.Of(Annotations.Create(property))} {property.Name} {{ {accessors}}}";
    }

    private static string Line(MethodInfo method) =>
        $"{Access(method)} {Modifiers(method)}{Signature(method, method.Name)}{Constraints(method)}";

    private static string Line(EventInfo happens) =>
        $"{Access(happens.AddMethod!)} event {TypeNames.Of(Annotations.Create(happens))} {happens.Name}";

    private static string Signature(MethodInfo method, string name)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeNames.Of))}>" : "";
        return $"{TypeNames.Of(Annotations.Create(method.ReturnParameter))} {name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var extends = parameter.Position == 0 && method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute))
            ? "this "
            : "";
        var many = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var optional = parameter.HasDefaultValue ? $" = {Literal(parameter.ParameterType, parameter.DefaultValue)}" : "";
        return $"{extends}{many}{TypeNames.Of(Annotations.Create(parameter))} {parameter.Name}{optional}";
    }));

    private static string Literal(Type type, object? value) => value switch
    {
        null => type.IsValueType ? "default" : "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        _ when type.IsEnum => $"{type.Name}.{Enum.ToObject(type, value)}",
        _ => $"{value}",
    };

    private static string Modifiers(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { DeclaringType.IsInterface: true } or { IsVirtual: false } => "",
        { IsAbstract: true } => "abstract ",
        _ when method.GetBaseDefinition() != method => method.IsFinal ? "sealed override " : "override ",
        _ => method.IsFinal ? "" : "virtual ",
    };

    /// <summary>The lists leave out <c>notnull</c>.</summary>
    private static string Constraints(MethodInfo method) => string.Concat(
        from parameter in method.IsGenericMethod ? method.GetGenericArguments() : []
        let isClass = parameter.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)
        let constraints = (isClass ? ["class"] : Array.Empty<string>()).Concat(
            parameter.GetGenericParameterConstraints().Select(TypeNames.Of))
        where constraints.Any()
        select $" where {parameter.Name} : {string.Join(", ", constraints)}");

    private static MethodInfo? Widest(PropertyInfo property) =>
        property.GetAccessors(nonPublic: true).Where(IsVisible).OrderByDescending(accessor => accessor.IsPublic).FirstOrDefault();

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));

    private static bool IsVisible(MethodBase method) => Access(method) is not null;

    private static string? Access(MethodBase method) => method switch
    {
        { IsPublic: true } => "public",
        { IsFamily: true } => "protected",
        { IsFamilyOrAssembly: true } => "protected internal",
        _ => null,
    };

    private static string? Access(FieldInfo field) =>
        field.IsPublic ? "public" : field.IsFamily ? "protected" : field.IsFamilyOrAssembly ? "protected internal" : null;
}
