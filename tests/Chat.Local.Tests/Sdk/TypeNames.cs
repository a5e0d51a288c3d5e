using System.Reflection;

namespace Chat.Local.Tests.Sdk;

/// <summary>Names types as the package lists do: in full, with C#'s keywords and nullable annotations.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(double)] = "double",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(void)] = "void",
    };

    /// <summary>A type as a declaration names it.</summary>
    public static string Of(Type type) => Of(type, null);

    /// <summary>The type of a member or parameter, with its annotations.</summary>
    public static string Of(NullabilityInfo annotated) => Of(annotated.Type, annotated);

    private static string Of(Type type, NullabilityInfo? annotated)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }

        var name = type.IsArray ? Of(type.GetElementType()!, annotated?.ElementType) + "[]" : Plain(type, annotated?.GenericTypeArguments);
        return annotated is { ReadState: NullabilityState.Nullable } && !type.IsValueType ? name + "?" : name;
    }

    private static string Plain(Type type, NullabilityInfo[]? arguments)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (!type.IsGenericType)
        {
            return Keywords.GetValueOrDefault(type) ?? type.FullName!.Replace('+', '.');
        }

        var definition = type.GetGenericTypeDefinition().FullName!;
        var names = type.GetGenericArguments().Select((argument, at) => Of(argument, arguments is { Length: > 0 } ? arguments[at] : null));
        return $"{definition[..definition.IndexOf('`')]}<{string.Join(", ", names)}>";
    }
}
