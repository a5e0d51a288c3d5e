using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Chat.Functions.Acceptance.Api;

/// <summary>What the app has is documented, and what is documented it has.</summary>
public class When_the_app_changes
{
    /// <summary>Of a refusal that takes its status from elsewhere.</summary>
    private const int AnyStatus = 0;

    [Fact]
    public void Should_have_every_operation_documented()
    {
        var functions = Functions().ToList();
        AssertSame(
            functions,
            "functions/",
            ApiOperation.All.Select(operation => $"{operation}"),
            "docs/openapi.yaml, under 'paths', with the function's name as the operationId");
        AssertSame(
            functions.Select(function => function[..function.IndexOf('(', StringComparison.Ordinal)].TrimEnd()),
            "functions/",
            ProtocolPage.Rows("operation").SelectMany(row => Addresses(row[0])),
            "docs/protocol.md, in the table of operations");
    }

    [Fact]
    public void Should_have_every_refusal_documented()
    {
        var problems = typeof(Problems).GetMembers(BindingFlags.Public | BindingFlags.Static).Select(Problem).OfType<Problem>()
            .DistinctBy(problem => problem.Code)
            .ToList();
        var codes = problems.Select(problem => problem.Code).ToList();
        AssertSame(
            codes, "functions/Shared/Problems.cs", Enum("ProblemCode"),
            "docs/openapi.yaml, in the schema ProblemCode and the operations' responses");
        AssertSame(
            problems.Select(problem => $"{(problem.Status == AnyStatus ? "4xx" : problem.Status)} `{problem.Code}`"),
            "functions/Shared/Problems.cs",
            ProtocolPage.Rows("status").Select(row => $"{row[0]} {row[1]}"),
            "docs/protocol.md, in the table of refusals");
        Assert.True(
            Repository.InSources(@"\bnew Problem\((\w)").Count == 0,
            "A refusal is made outside functions/Shared/Problems.cs: put it there, with its code.");
    }

    [Fact]
    public void Should_have_every_fault_documented()
    {
        var codes = Repository.InSources("""Fault\([^;]*?, "(\w+)",""");
        AssertSame(codes, "functions/", Enum("FaultCode"), "docs/openapi.yaml, in the schema FaultCode");
        AssertSame(
            codes,
            "functions/",
            ProtocolPage.Rows("code").SelectMany(row => ProtocolPage.Codes(row[0])),
            "docs/protocol.md, in the table of errors[].code");
    }

    [Fact]
    public void Should_have_every_limit_documented()
    {
        var limits = typeof(Limits).GetProperties().Where(property => property.CanWrite)
            .ToDictionary(property => property.Name, property => Words(property.GetValue(new Limits())!));
        var rows = ProtocolPage.Rows("limit")
            .Select(row => (
                Default: row[1],
                Names: ProtocolPage.Codes(row[2]).Select(setting => setting.Replace("Limits__", "", StringComparison.Ordinal)).ToList()))
            .ToList();
        AssertSame(
            limits.Keys,
            "functions/Shared/Limits.cs",
            rows.SelectMany(row => row.Names),
            "docs/protocol.md, in the table of limits, as `Limits__…`");
        AssertSame(
            limits.Keys.Select(JsonNamingPolicy.CamelCase.ConvertName),
            "functions/Shared/Limits.cs",
            Enum("LimitName"),
            "docs/openapi.yaml, in the schema LimitName");
        foreach (var (text, names) in rows)
        {
            const string Number = @"\d+(,\d{3})*( (days|h|min|s)\b)?";
            var numbers = Regex.Matches(text, Number, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)
                .Select(match => match.Value);
            Assert.True(
                numbers.Take(names.Count).SequenceEqual(names.Select(name => limits[name])),
                $"docs/protocol.md says '{text}' where functions/Shared/Limits.cs has "
                    + $"{string.Join(", ", names.Select(name => $"{name} = {limits[name]}"))}.");
        }
    }

    [Fact]
    public void Should_have_every_event_documented()
    {
        // Whatever is spelt like an event's type, as metrics and their attributes are, roles, and what only the host app is told.
        var types = Repository.InSources(
            """
            "([a-z]+(?:\.[a-z]+)+)"
            """,
            except: "Telemetry").Except(["chat.host", "chat.moderator", "chat.publisher", "card.shared"]).ToList();
        AssertSame(types, "functions/", ApiEvents.Types, "docs/asyncapi.yaml, under 'messages'");
        AssertSame(
            types,
            "functions/",
            ProtocolPage.Rows("type").SelectMany(row => ProtocolPage.Codes(row[0])),
            "docs/protocol.md, in the tables of events");
    }

    [Fact]
    public void Should_have_every_log_event_documented()
    {
        var inCode = Repository.InSources(@"\[LoggerMessage\(\s*(\d+,\s+LogLevel\.\w+)");
        var documented = Regex.Matches(
            File.ReadAllText(Repository.Path("docs/operations.md")),
            @"^\| (?<id>\d+) \| (?<level>\w+) \|",
            RegexOptions.Multiline | RegexOptions.NonBacktracking);
        AssertSame(
            inCode.Select(one => Regex.Replace(one, @",\s+LogLevel\.", " ", RegexOptions.NonBacktracking)),
            "functions/",
            documented.Select(row => $"{row.Groups["id"].Value} {row.Groups["level"].Value}"),
            "docs/operations.md, in the table of log events");
    }

    [Fact]
    public void Should_have_no_line_about_what_is_gone()
    {
        Assert.Empty(World.Before.Keys.Select(key => key.Split('/')[0]).Except(ApiOperation.All.Select(operation => operation.Id)));
        Assert.Empty(World.ToldBy.Keys.Except(ApiEvents.Types));
    }

    private static void AssertSame(IEnumerable<string> inCode, string code, IEnumerable<string> documented, string document)
    {
        var (have, say) = (inCode.ToHashSet(), documented.ToHashSet());
        Assert.True(
            have.SetEquals(say),
            string.Join('\n', [
                .. have.Except(say).Order().Select(one => $"Add {one} to {document}."),
                .. say.Except(have).Order().Select(one => $"{one} isn't in {code}: take it out of {document}."),
            ]));
    }

    private static IEnumerable<string> Functions() =>
        from method in typeof(SendMessage).Assembly.GetTypes().SelectMany(type => type.GetMethods())
        let name = method.GetCustomAttribute<FunctionAttribute>()?.Name
        where name is not (null or nameof(UnknownRoute))
        let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .FirstOrDefault(trigger => trigger is not null)
        where trigger is not null
        from verb in trigger.Methods!
        select $"{verb.ToUpperInvariant()} /{trigger.Route} ({JsonNamingPolicy.CamelCase.ConvertName(name)})";

    /// <summary><c>`PUT`, `DELETE /a?b`</c> is two addresses.</summary>
    private static IEnumerable<string> Addresses(string cell)
    {
        var codes = ProtocolPage.Codes(cell).Select(code => code.Split(' ', '?')).ToList();
        return codes.Select(code => $"{code[0]} {codes[^1][1]}");
    }

    private static IEnumerable<string> Enum(string schema) =>
        ApiDocument.OpenApi.GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("enum").EnumerateArray()
            .Select(word => word.GetString()!);

    private static Problem? Problem(MemberInfo member) => member switch
    {
        FieldInfo field => field.GetValue(null) as Problem,
        MethodInfo { ReturnType: var type } method when type == typeof(Problem) => (Problem?)method.Invoke(
            null, [.. method.GetParameters().Select(Any)]),
        _ => null,
    };

    private static object? Any(ParameterInfo parameter) => parameter.ParameterType switch
    {
        { IsValueType: true } type => Activator.CreateInstance(type),
        { IsGenericType: true } type => Array.CreateInstance(type.GetGenericArguments()[0], 0),
        _ => "",
    };

    private static string Words(object limit) => limit switch
    {
        TimeSpan { Days: > 0 } time => $"{time.TotalDays} days",
        TimeSpan { Hours: > 0 } time => $"{time.TotalHours} h",
        TimeSpan { Minutes: > 0 } time => $"{time.TotalMinutes} min",
        TimeSpan time => $"{time.TotalSeconds} s",
        _ => string.Format(CultureInfo.InvariantCulture, "{0:N0}", limit),
    };
}
