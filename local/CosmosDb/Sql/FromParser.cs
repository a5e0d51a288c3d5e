using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>What FROM and JOIN bind.</summary>
/// <param name="DocumentAlias">The name of the document itself; empty where none is bound to it.</param>
internal sealed record FromClause(string DocumentAlias, IReadOnlyList<Source> Sources);

/// <summary>Parses <c>FROM c JOIN x IN c.path JOIN (SELECT …) y</c>.</summary>
internal sealed class FromParser(TokenReader tokens, ExpressionParser expressions, Func<SelectQuery> parseSubquery)
{
    /// <summary>The most JOINs that the service takes.</summary>
    private const int JoinLimit = 5;

    private static readonly string[] Clauses = ["FROM", "WHERE", "GROUP", "ORDER", "OFFSET", "JOIN"];

    public static bool IsClause(Token token) => Array.Exists(Clauses, token.Is);

    public FromClause Parse(bool isSubquery)
    {
        tokens.Expect("FROM");
        var alias = "";
        var sources = new List<Source>();
        if (ParseSource(isFirst: !isSubquery, ref alias) is { } first)
        {
            sources.Add(first);
        }

        for (var joins = 1; tokens.Take("JOIN"); joins++)
        {
            if (joins > JoinLimit)
            {
                throw new RefusedException(400, $"The query has more than {JoinLimit} JOINs.");
            }

            sources.Add(ParseSource(isFirst: false, ref alias)!);
        }

        return tokens.Next.IsSymbol(",")
            ? throw new RefusedException(400, "FROM takes one input set; others JOIN it.")
            : new FromClause(alias, sources);
    }

    /// <summary>One input set; null when it is the container's documents themselves.</summary>
    private Source? ParseSource(bool isFirst, ref string documentAlias)
    {
        if (tokens.TakeSymbol("("))
        {
            return isFirst ? throw new RefusedException(400, "FROM (SELECT …) isn't supported here.") : Subquery(null);
        }

        var name = tokens.Name();
        if (tokens.Take("IN"))
        {
            if (tokens.TakeSymbol("("))
            {
                return isFirst ? throw new RefusedException(400, "FROM … IN (SELECT …) isn't supported here.") : Subquery(name);
            }

            var array = expressions.ParsePath(SlotOf(tokens.Name(), isFirst));
            return Source.OfElements(expressions.Bind(name), array);
        }

        var path = expressions.ParsePath(SlotOf(name, isFirst));
        var alias = AliasOr(path.Steps is [.., string last] ? last : name);
        if (isFirst && path.Steps.Count == 0)
        {
            documentAlias = alias;
            expressions.BindDocument(alias);
            return null;
        }

        return Source.Of(expressions.Bind(alias), path);
    }

    private Source Subquery(string? name)
    {
        var query = parseSubquery();
        return Source.Of(expressions.Bind(name ?? AliasOr(null)), query);
    }

    /// <summary>The first name of the first input set is the container's, whatever it is.</summary>
    private int SlotOf(string name, bool isFirst) =>
        isFirst ? 0 : expressions.Scope.Find(name) ?? throw new RefusedException(400, $"Identifier '{name}' could not be resolved.");

    private string AliasOr(string? otherwise) =>
        tokens.Take("AS") || (tokens.Next.Kind == TokenKind.Name && !IsClause(tokens.Next)) || otherwise is null
            ? tokens.Name()
            : otherwise;
}
