using System.CommandLine;
using Azure;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Chat.Admin.Backends;
using Chat.Admin.Conversations;
using Chat.Admin.DeadLetters;
using Chat.Admin.Inbox;
using Chat.Admin.Moderation;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin;

/// <summary>
/// What operators do to a running backend. What was asked for goes to the output, progress and errors to the other; 0 is done, 1 not or not
/// all of it, 2 arguments that make no sense. No secret is ever printed, and what people wrote only where it is asked for.
/// </summary>
internal static class AdminTool
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadArguments = 2;

    public static async Task<int> RunAsync(
        IReadOnlyList<string> args,
        TextReader input,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken = default)
    {
        // A user's id may begin with @, which names no file of arguments here.
        var parsed = Root(input).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            return await RefuseAsync(
                error,
                string.Join(Environment.NewLine, parsed.Errors.Select(fault => fault.Message).Distinct(StringComparer.Ordinal)));
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false },
                cancellationToken);
        }
        catch (BadArgumentsException bad)
        {
            return await RefuseAsync(error, bad.Message);
        }
        catch (Exception failure) when (Describe(failure) is { } description)
        {
            await error.WriteLineAsync(description);
            return Failed;
        }
    }

    private static RootCommand Root(TextReader input)
    {
        var target = new Target();
        var root = new RootCommand("Looks into a running Chat.Functions backend, and repairs it. See docs/operations.md.")
        {
            new Command("dead-letters", "What the queues gave up on.")
            {
                ListDeadLetters.Command(target),
                PeekDeadLetter.Command(target),
                ReplayDeadLetters.Command(target),
                DiscardDeadLetters.Command(target, input),
            },
            new Command("conversation", "A conversation as it is stored.")
            {
                ShowConversation.Command(target),
                ShowLog.Command(target),
            },
            new Command("cases", "What users reported, and what moderators decide about it.")
            {
                ListCasesCommand.Command(target),
                ShowCaseCommand.Command(target),
                ClaimCaseCommand.Command(target),
                DecideCaseCommand.Command(target),
            },
            new Command("users", "Users, as moderation has them.")
            {
                ShowStandings.Command(target),
            },
            new Command("inbox", "A user's list of conversations.")
            {
                ShowInbox.Command(target),
                RebuildInbox.Command(target),
            },
        };
        target.AddTo(root);
        return root;
    }

    private static async Task<int> RefuseAsync(TextWriter error, string why)
    {
        await error.WriteLineAsync(
            $"{why}{Environment.NewLine}chat-admin --help says what there is, and chat-admin COMMAND --help what a command takes.");
        return BadArguments;
    }

    /// <summary>What an operator should know of a failure that isn't this tool's own; null for one that is.</summary>
    private static string? Describe(Exception failure) => failure switch
    {
        NotThereException or RefusedException => failure.Message,
        CosmosException cosmos => $"Cosmos DB answered {(int)cosmos.StatusCode}: {FirstLine(cosmos.ResponseBody ?? cosmos.Message)}",
        ServiceBusException
        {
            Reason: ServiceBusFailureReason.ServiceCommunicationProblem,
        } or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            $"Nothing answers: {FirstLine(failure.GetBaseException().Message)}. "
                + "'dotnet run --project local' starts a backend on this machine, and prints what --cosmos and --service-bus take.",
        ServiceBusException bus => $"Service Bus: {bus.Reason}: {FirstLine(bus.Message)}",
        HttpRequestException => FirstLine(failure.GetBaseException().Message),
        AuthenticationFailedException or UnauthorizedAccessException or RequestFailedException => FirstLine(failure.Message),
        OperationCanceledException => "It was stopped before it was done.",
        _ => null,
    };

    private static string FirstLine(string text) => text.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? text[..end] : text;
}

/// <summary>Arguments that make no sense together, or too few.</summary>
internal sealed class BadArgumentsException(string message) : Exception(message);

/// <summary>What was asked for isn't there.</summary>
internal sealed class NotThereException(string message) : Exception(message);
