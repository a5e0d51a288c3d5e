using System.ComponentModel.DataAnnotations;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Hooks;

/// <summary>
/// Whether and how the host app is asked about messages before they are sent, under <c>Hooks__BeforeSend</c> in the settings.
/// </summary>
public sealed record BeforeSendOptions
{
    /// <summary>Where it is asked: https, or http on localhost. Empty, the default, asks nobody and costs nothing.</summary>
    public string Url { get; init; } = "";

    /// <summary>The key that signs the calls, as Standard Webhooks has it: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    public string Key { get; init; } = "";

    /// <summary>
    /// The kinds of messages and of other texts that it is asked about, separated by commas. Default: all, which are <c>text</c>,
    /// <c>poll</c>, <c>title</c>, <c>description</c>, <c>displayName</c>, <c>avatarUrl</c>, <c>reaction</c> and
    /// <c>fileName</c>.
    /// </summary>
    public string Kinds { get; init; } = "text,poll,title,description,displayName,avatarUrl,reaction,fileName";

    /// <summary>
    /// <c>all</c>, the default; <c>firstContact</c>: messages in direct conversations in which the other hasn't written yet;
    /// <c>sample</c>: some of all messages. Other texts than messages are asked about only by <c>all</c>.
    /// </summary>
    [AllowedValues("all", "firstContact", "sample", ErrorMessage = "Must be all, firstContact or sample.")]
    public string When { get; init; } = "all";

    /// <summary>How many of a hundred messages are a sample. Default 10.</summary>
    [Range(1, 100)]
    public int SamplePercent { get; init; } = 10;

    /// <summary>How long a send waits for the answer, in milliseconds. Default 800.</summary>
    [Range(50, 2500)]
    public int TimeoutMilliseconds { get; init; } = 800;

    /// <summary>
    /// What becomes of a message when the host app doesn't answer: <c>allow</c>, the default; <c>refuse</c>: 503, so that its sender
    /// tries again; <c>hold</c>.
    /// </summary>
    [AllowedValues("allow", "refuse", "hold", ErrorMessage = "Must be allow, refuse or hold.")]
    public string OnFailure { get; init; } = "allow";

    /// <summary>Whether the host app is asked.</summary>
    public bool IsOn => Url.Length > 0;

    /// <exception cref="InvalidOperationException">The settings are inconsistent; the message names the setting.</exception>
    public static BeforeSendOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetValidated<BeforeSendOptions>("Hooks:BeforeSend");
        HostCalls.Check(options.Url, options.Key, "Hooks__BeforeSend__Url", "Hooks__BeforeSend__Key");
        var all = new BeforeSendOptions().Kinds;
        return !options.IsOn || !options.Kinds.Split(',').Except(all.Split(','), StringComparer.Ordinal).Any()
            ? options
            : throw new InvalidOperationException($"Setting Hooks__BeforeSend__Kinds must be some of {all}, with commas between.");
    }
}
