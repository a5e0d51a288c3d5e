using System.Text;

namespace Chat.Functions.Acceptance.Api;

/// <summary>What can be wrong with a request before its body begins: every parameter, the token, the method.</summary>
internal static class HostileHeads
{
    /// <summary>What a server takes of an address.</summary>
    private const int MaxAddress = 6000;

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"];

    public static IEnumerable<Attack> Of(ApiRequest valid, Random random) =>
        [
            .. valid.Operation.Parameters.SelectMany(parameter => Of(valid, parameter, random)),
            .. valid.Operation.NeedsToken ? Tokens(valid) : [],
            .. OtherMethods(valid),
        ];

    private static IEnumerable<Attack> Of(ApiRequest valid, ApiParameter parameter, Random random)
    {
        var texts = HostileValues.Texts.Concat(HostileValues.Junk(random, 20)).Where(
            text => Uri.EscapeDataString(text).Length < MaxAddress);
        var wrong = texts.Where(text => !parameter.Allows(text));
        return parameter.In switch
        {
            "path" => InPath(valid, parameter, wrong),
            "query" => InQuery(valid, parameter, wrong),
            _ when parameter.Name == "Chat-Session" => Sessions(valid, parameter, texts),

            // Whomever it names, and if it names nobody: the caller isn't the host app.
            _ when parameter.Name == "On-Behalf-Of" =>
                texts.Where(IsHeader).Select(text => new Attack(valid.With(parameter, text), parameter.Name, Attack.Says("not_allowed"))),
            _ =>
                wrong.Where(IsHeader).Select(text => new Attack(valid.With(parameter, text), parameter.Name, Attack.Names(parameter.Name))),
        };
    }

    /// <remarks>
    /// Without what the server never shows to the app (NUL), and what makes another address that may be a good one: dot segments and empty
    /// ones.
    /// </remarks>
    private static IEnumerable<Attack> InPath(ApiRequest valid, ApiParameter parameter, IEnumerable<string> wrong)
    {
        string[] odd =
        [
            "%",
            "%zz",
            "%c0%ae%c0%ae",
            "%ff",
            "..%2f..%2f..",
            "%2e%2e%2f",
            "..%5c",
            "a%2fb",
            ";x=1",
            "%25%32%66",
            "../nothing",
            "%2e%2e/nothing",
        ];
        var isAboutIt = Attack.Names(parameter.Name);
        var isTakenAway = valid.Method == "DELETE"
            && (parameter.Name is "linkId" or "scheduledId" or "userId" or "collectionId" or "itemId" or "packId"
                || valid.Operation.Path.EndsWith("/subscription", StringComparison.Ordinal));
        return
            from segment in wrong.Where(text => text is not ("" or "..") && !text.Contains('\0', StringComparison.Ordinal))
                .Select(Uri.EscapeDataString)
                .Concat(odd)
            select new Attack(
                valid.WithRaw(parameter, segment),
                $"{{{parameter.Name}}}",
                answer => isAboutIt(answer) || answer.Code == "method_not_allowed")
            {
                IsAsDone = isTakenAway,
            };
    }

    private static IEnumerable<Attack> InQuery(ApiRequest valid, ApiParameter parameter, IEnumerable<string> wrong)
    {
        var given = valid.With(parameter, parameter.Example);
        IEnumerable<ApiRequest> requests =
        [
            .. wrong.Select(text => valid.With(parameter, text)),

            // Twice.
            .. HostileValues.Texts.Take(20)
                .Prepend(parameter.Example)
                .Select(text => given with { Query = given.Query.Add((parameter.Name, Uri.EscapeDataString(text))) }),
            .. parameter.IsRequired
                ? [valid with { Query = valid.Query.RemoveAll(other => other.Name == parameter.Name) }]
                : Array.Empty<ApiRequest>(),
        ];
        return requests.Select(request => new Attack(request, parameter.Name, Attack.Names(parameter.Name)));
    }

    /// <summary>A session that isn't ours is as good as none: it is tried where nothing would change.</summary>
    private static IEnumerable<Attack> Sessions(ApiRequest valid, ApiParameter parameter, IEnumerable<string> texts)
    {
        string[] nearly =
        [
            "0:1#99999999999",
            "0:-1#-1",
            "99:1#1",
            "0:1#1#1=1",
            "0:1#1,1:1#1",
            ":#=,.-",
            "0:",
            "#",
            ",",
            new('0', 512),
            new(',', 512),
        ];
        return valid.Method == "GET"
            ? texts.Where(IsHeader).Concat(nearly).Select(text => new Attack(valid.With(parameter, text), parameter.Name, null))
            : [];
    }

    private static IEnumerable<Attack> Tokens(ApiRequest valid)
    {
        var good = valid.Headers["Authorization"]["Bearer ".Length..];
        var (head, claims, signature) = good.Split('.') is [var first, var second, var third]
            ? (first, second, third)
            : throw new InvalidOperationException("A token has three parts.");
        string[] tokens =
        [
            "...", "a.b.c", $"{good}.{good}", $"{good},{good}", $"{good} {good}", $"\"{good}\"", good[..^1], good[1..], $"{head}.{claims}",
            $"{head}.{claims}.", $"{head}..{signature}",
            $".{claims}.{signature}",
            $"{Encoded("""{"alg":"none"}""")}.{claims}.",
            $"{Encoded("""{"alg":"None","typ":"JWT"}""")}.{claims}.{signature}",
            $"{head}.{Encoded("""{"sub":"bob"}""")}.{signature}", $"{Encoded(new string('{', 2000))}.{claims}.{signature}", new('a', 9000),
            new('.', 3000),
            Harness.Tokens.For("a/b"), Harness.Tokens.For(""), Harness.Tokens.For(
                new string('a', 129)), Harness.Tokens.For("é"), Harness.Tokens.For("alice", audience: "another"),
            Harness.Tokens.For("alice", issuer: "another"), Harness.Tokens.For("alice", key: "another key, which has more than 32 bytes"),
            Harness.Tokens.For(
                "alice",
                lifetime: TimeSpan.FromMinutes(-10)), .. HostileValues.Texts.Where(text => text.Length < 100 && IsHeader(text)),
        ];
        return tokens.Select(token => $"Bearer {token}").Concat(
            ["", "Bearer", "Basic YWxpY2U6c2VjcmV0", "Digest x", good, $"Token {good}", $"Bearer\u00a0{good}"])
            .Select(value => valid with { Headers = valid.Headers.SetItem("Authorization", value) })
            .Append(valid with { Headers = valid.Headers.Remove("Authorization") })
            .Select(request => new Attack(request, "the token", Attack.Says("token_missing", "token_invalid", "token_expired")));
    }

    private static IEnumerable<Attack> OtherMethods(ApiRequest valid)
    {
        var own = ApiOperation.All.Where(other => IsAlsoAt(valid.Operation.Path, other.Path))
            .Select(other => other.Method)
            .Order(StringComparer.Ordinal)
            .ToList();

        // Only where an operation asks for no token does none come along, and the other methods do ask.
        var status = valid.Operation.NeedsToken ? 405 : 401;
        return
            from method in Methods.Except(own)
            select new Attack(
                valid with { Method = method },
                "the method",
                answer => answer.Status == status
                    && (status == 401 || answer.Allow.Order(StringComparer.Ordinal).SequenceEqual(own, StringComparer.Ordinal)));
    }

    /// <summary>Whether an address at one path is at the other, too, whose parameters take any segment.</summary>
    private static bool IsAlsoAt(string path, string other)
    {
        var (mine, others) = (path.Split('/'), other.Split('/'));
        return mine.Length == others.Length && mine.Zip(others).All(pair => pair.First == pair.Second || pair.Second.StartsWith('{'));
    }

    /// <summary>Whether HTTP can carry it in a header, from end to end.</summary>
    private static bool IsHeader(string text) => !text.Any(char.IsControl) && text.Trim() == text;

    private static string Encoded(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
